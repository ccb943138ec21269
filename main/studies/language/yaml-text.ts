import { Composer, Lexer, LineCounter, Parser, isMap, isScalar, visit } from 'yaml';
import type { Document, Node, YAMLError } from 'yaml';
import { MOST_PROBLEMS } from './first-problems.ts';
import { quoted } from '../../base/names.ts';

/** What a study never comes near: a text beyond it is a mistake, such as another file dropped on the editor. */
const MOST_CHARACTERS = 1_000_000;
const MOST_TOKENS = 150_000;
/** So much is read first: a text that is wrong from its beginning is not read to its end. */
const FIRST_TOKENS = 10_000;
const DEEPEST = 100;
const MOST_ALIASES = 1_000;
const MOST_KEYS = 2_000;
const LONGEST_SCALAR = 20_000;
/** Directives and tokens in no place, after which the rest of the text is not looked at. */
const MOST_STRAYS = 100;

/** What YAML 1.2 allows in no text; a file that has them is no text. */
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/;

/** Something wrong with a text: from 0, where it begins, and a sentence for someone who does not know the YAML specification. */
export interface TextFinding {
  offset: number;
  message: string;
}

export interface YamlText {
  /** What the text says as far as it was read; null where it was not read at all. */
  document: Document.Parsed | null;
  lines: LineCounter;
  /** In the order of the text. A text that was not read to its end has at least one. */
  findings: TextFinding[];
}

/**
 * Reads a text as one YAML 1.2 document, in time linear in its length: equal keys are found by one walk instead of by
 * comparing each with each, and reading stops where the text is larger, deeper or stranger than any study.
 */
export function parseText(text: string): YamlText {
  const lines = new LineCounter();
  const refused = (offset: number, message: string): YamlText => ({
    document: null,
    lines,
    findings: [{ offset, message }],
  });
  if (text.length > MOST_CHARACTERS)
    return refused(
      0,
      `this text has ${text.length} characters; a study has at most ${MOST_CHARACTERS}: is it another file?`,
    );
  const control = text.search(CONTROL);
  if (control >= 0) {
    noteLines(text, lines);
    const code = text.charCodeAt(control).toString(16).toUpperCase().padStart(4, '0');
    return refused(
      control,
      `found a control character (U+${code}); a study is plain text: is it another file, or saved as UTF-16?`,
    );
  }

  const first = readTo(FIRST_TOKENS, text);
  return first.whole || first.findings.length > MOST_PROBLEMS ? first : readTo(MOST_TOKENS, text);
}

/** @param most tokens to read; `whole` is false where there are more of them */
function readTo(most: number, text: string): YamlText & { whole: boolean } {
  const lines = new LineCounter();
  const { tokens, cut } = tokensOf(text, most, lines);
  const document = composed(tokens, text.length);
  const limit = cut?.offset ?? text.length;
  const findings = [...explained([...document.errors, ...document.warnings], document), ...walked(document)]
    // What is open where reading stopped was not left open by the text.
    .filter(({ offset }) => cut === null || offset < limit)
    .concat(cut === null ? [] : [cut])
    .sort((a, b) => a.offset - b.offset);
  return { document, lines, findings, whole: cut?.long !== true };
}

/** The lexer's mark of a plain text, which may begin with any letter. */
const SCALAR_FOLLOWS = '\u001f';

type Token = Parameters<Composer['next']>[0];

/** Where and why reading stopped before the text's end; `long` where nothing but its length was wrong. */
type Cut = TextFinding & { long: boolean };

function tokensOf(text: string, most: number, lines: LineCounter): { tokens: Token[]; cut: Cut | null } {
  const parser = new Parser(lines.addNewLine);
  const tokens: Token[] = [];
  const count = { all: 0, strays: 0, aliases: 0 };
  const documents: number[] = [];
  /** Why to read no further after a lexeme. */
  const reason = (): string | null => {
    if (count.all > most)
      return `here the text has ${most} words and marks, and it goes on; a study has fewer: shorten it with grids, or split it`;
    if (parser.stack.length > DEEPEST)
      return `here the text is nested ${DEEPEST} deep; a study is not as deep`;
    if (count.strays > MOST_STRAYS)
      return 'the text is not read on from here: is it another file than a study?';
    if (count.aliases > MOST_ALIASES)
      return `here is alias ${count.aliases}; a study has fewer: use shared for what all arms have`;
    return null;
  };
  const take = (token: Token): void => {
    tokens.push(token);
    if (token.type === 'error' || token.type === 'directive') count.strays++;
    if (token.type === 'document') documents.push(token.offset);
  };
  const end = (cut: Cut | null): { tokens: Token[]; cut: Cut | null } => {
    for (const token of parser.end()) take(token);
    const second = documents[1];
    const message = "found a second document after '---'; a file holds one study";
    return { tokens, cut: second === undefined ? cut : { offset: second, message, long: false } };
  };
  lines.addNewLine(0);
  let last = '';
  for (const lexeme of new Lexer().lex(text)) {
    const offset = parser.offset;
    if (lexeme.length > LONGEST_SCALAR && !/^[#\s]/.test(lexeme)) {
      const message = `this text has ${lexeme.length} characters; nothing in a study has more than ${LONGEST_SCALAR}`;
      return end({ offset, message, long: false });
    }
    for (const token of parser.next(lexeme)) take(token);
    if (documents.length > 1) return end(null);
    count.all++;
    if (lexeme.startsWith('*') && last !== SCALAR_FOLLOWS) count.aliases++;
    last = lexeme;
    const message = reason();
    if (message !== null) return end({ offset, message, long: count.all > most });
  }
  return end(null);
}

/** The first document of the tokens. */
function composed(tokens: readonly Token[], end: number): Document.Parsed {
  const composer = new Composer({
    prettyErrors: false,
    stringKeys: true,
    logLevel: 'error',
    uniqueKeys: false,
  });
  // Told to give a document whatever the tokens, it gives one at least.
  return composer.compose(tokens, true, end).next().value as Document.Parsed;
}

/** Lines of a text that is not parsed. */
function noteLines(text: string, lines: LineCounter): void {
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
}

/** Equal keys, and mappings of too many keys, each where it stands. */
function walked(document: Document.Parsed): TextFinding[] {
  const findings: TextFinding[] = [];
  visit(document, (_, node) => {
    if (isMap(node)) {
      if (node.items.length > MOST_KEYS)
        findings.push({
          offset: offsetOf(node.items[MOST_KEYS]!.key),
          message: `here this mapping has ${MOST_KEYS} keys, and it goes on; no setting of a study has as many`,
        });
      const known = new Set<unknown>();
      for (const { key } of node.items) {
        if (!isScalar(key)) continue;
        if (known.has(key.value))
          findings.push({
            offset: offsetOf(key),
            message: `the key ${quoted(String(key.value))} stands twice in this mapping: keep one of them`,
          });
        known.add(key.value);
      }
    }
  });
  return findings;
}

export function offsetOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}

function explained(errors: readonly YAMLError[], document: Document.Parsed): TextFinding[] {
  const opened = errors.some(({ code }) => code === 'MISSING_CHAR') ? quotedTexts(document) : [];
  return errors.map((error) => ({
    offset: error.code === 'MISSING_CHAR' ? openedAt(error.pos[0], opened) : error.pos[0],
    message: sentenceOf(error),
  }));
}

/** Where each text in quotes begins and ends, in order. */
function quotedTexts(document: Document.Parsed): [start: number, end: number][] {
  const found: [number, number][] = [];
  visit(document, {
    Scalar(_, node) {
      const [start, , end] = node.range ?? [0, 0, 0];
      if (node.type?.startsWith('QUOTE')) found.push([start, end]);
    },
  });
  return found;
}

/** Where a mistake begins: an open quote ends with the file, and is missed where it was opened. */
function openedAt(offset: number, quoted: readonly [start: number, end: number][]): number {
  let [low, high] = [0, quoted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (quoted[middle]![0] < offset) low = middle + 1;
    else high = middle;
  }
  const before = quoted[low - 1];
  return before !== undefined && offset <= before[1] ? before[0] : offset;
}

/** The parser's finding as a sentence. */
function sentenceOf(error: YAMLError): string {
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return 'found a tab; indent with spaces';
    case 'BAD_INDENT':
      return `the indentation is wrong here, or a bracket before it is not closed (${error.message})`;
    case 'NON_STRING_KEY':
      return 'found a key that is not text; keys are plain names';
    case 'BAD_ALIAS':
      return `found an alias that cannot be followed (${error.message})`;
    case 'TAG_RESOLVE_FAILED':
      return `found a tag; write the value without it (${error.message})`;
    default:
      return `this is not YAML: ${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`;
  }
}
