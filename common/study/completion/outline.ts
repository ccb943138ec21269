/**
 * The skeleton of a YAML text as people write study files, read with patience: what is not finished, not closed or
 * not indented as it should be costs only itself. `yaml` reads what is to be run; this reads what is being typed.
 */
export type OutlineNode = OutlineMapping | OutlineSequence | OutlineScalar;

export interface OutlineScalar {
  kind: 'scalar';
  /** Without quotes. */
  text: string;
  quoted: boolean;
  /** It begins a line of its own, or follows a dash. */
  alone: 'line' | 'dash' | null;
}

export interface OutlinePair {
  key: string;
  quoted: boolean;
  /** Whether a colon follows. */
  colon: boolean;
  value: OutlineNode | null;
}

export interface OutlineMapping {
  kind: 'mapping';
  /** Written with braces. */
  flow: boolean;
  /** Of its keys, in block style. */
  column: number;
  pairs: OutlinePair[];
}

export interface OutlineSequence {
  kind: 'sequence';
  flow: boolean;
  /** `dash` is false for a word that stands where a dash is missing. */
  items: { value: OutlineNode | null; dash: boolean }[];
}

export function readOutline(text: string): OutlineNode | null {
  return new OutlineReader(text).read();
}

const KEY =
  /(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\n]|'')*)'|(?!-[ \t\n])([^\s#{}[\],"'&*!|>%@`](?:(?![ \t]#)[^\n])*?))[ \t]*:(?=[ \t\n]|$)/y;
const FLOW_KEY =
  /(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\n]|'')*)'|([^\s#{}[\],"'][^\n{}[\],:#]*?))[ \t]*(?=[,{}[\]:\n#]|$)/y;
const QUOTED = /"((?:[^"\\\n]|\\.)*)"?|'((?:[^'\n]|'')*)'?/y;
const PLAIN = /(?:(?![ \t]#)[^\n])*/y;
const FLOW_PLAIN = /(?:(?![ \t]#)[^\n,{}[\]])*/y;
const DASH = /-(?=[ \t\n]|$)/y;
const SPACES = /[ \t]*/y;
/** Nothing more on the line. */
const EMPTY = /[ \t]*(?:#[^\n]*)?(?=\n|$)/y;
/** One word alone on its line; one under the caret may hold a mark of the private use area. */
const WORD = /[\w.\uE000-]+[ \t]*(?=\n|$)/y;
/** Things within each other that are followed. */
const DEEPEST = 100;
/** Anchors and tags. */
const PROPERTIES = /[ \t]*(?:[&!]\S*[ \t]+)*/y;

class OutlineReader {
  readonly #text: string;
  /** Where the reader stands: the first character of a line's content, or of what is left of it after a dash. */
  #at = 0;
  #column = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): OutlineNode | null {
    this.#toContent(0);
    return this.#ended ? null : this.#block(0, 'line');
  }

  get #ended(): boolean {
    return this.#at >= this.#text.length;
  }

  /** The node that begins here; null where the line stands further to the left than `least`. */
  #block(least: number, alone: 'line' | 'dash'): OutlineNode | null {
    if (this.#ended || this.#column < least || this.#depth > DEEPEST) return null;
    if (this.#looksAt(DASH)) return this.#within(() => this.#sequence(true));
    if (this.#looksAt(KEY) || this.#isWordBeforeKeys()) return this.#within(() => this.#mapping());
    const column = this.#column;
    const node = this.#inline(column - 1);
    return node?.kind === 'scalar' ? { ...node, alone } : node;
  }

  #within<T>(read: () => T): T {
    this.#depth++;
    try {
      return read();
    } finally {
      this.#depth--;
    }
  }

  #mapping(): OutlineMapping {
    const column = this.#column;
    const pairs: OutlinePair[] = [];
    while (!this.#ended && this.#column === column && !this.#looksAt(DASH)) {
      const match = this.#match(KEY);
      if (match) pairs.push({ ...keyOf(match), colon: true, value: this.#valueOfKey(column) });
      else {
        const word = (this.#match(PLAIN)?.[0] ?? '').trim();
        pairs.push({ key: word, quoted: false, colon: false, value: null });
        this.#nextLine();
      }
      this.#skipDeeper(column);
    }
    return { kind: 'mapping', flow: false, column, pairs };
  }

  #valueOfKey(column: number): OutlineNode | null {
    this.#match(PROPERTIES);
    if (!this.#looksAt(EMPTY)) return this.#inline(column);
    this.#nextLine();
    // A list may stand as far to the left as the key that it belongs to.
    if (!this.#ended && this.#column === column && this.#looksAt(DASH)) return this.#sequence(false);
    return this.#block(column + 1, 'line');
  }

  /** @param nested whether it stands further to the right than the key that it belongs to, so that nothing else can stand there */
  #sequence(nested: boolean): OutlineSequence {
    const column = this.#column;
    const items: OutlineSequence['items'] = [];
    while (!this.#ended && this.#column === column && (nested || this.#looksAt(DASH))) {
      if (this.#looksAt(DASH)) {
        this.#at += 1;
        const own = this.#looksAt(EMPTY);
        if (own) this.#nextLine();
        else this.#column += 1 + this.#match(SPACES)![0].length;
        items.push({ value: this.#block(column + 1, own ? 'line' : 'dash'), dash: true });
      } else items.push({ value: this.#inline(column), dash: false });
      this.#skipDeeper(column);
    }
    return { kind: 'sequence', flow: false, items };
  }

  /** What stands on the rest of the line; brackets end where a line is no further to the right than `column`. */
  #inline(column: number): OutlineNode | null {
    this.#match(SPACES);
    const first = this.#text[this.#at];
    let node: OutlineNode;
    if (first === '{' || first === '[') node = this.#within(() => this.#flow(column));
    else if (first === '|' || first === '>') node = scalar('', true);
    else if (first === '"' || first === "'") node = this.#quoted();
    else node = scalar((this.#match(PLAIN)?.[0] ?? '').trim(), false);
    this.#nextLine();
    return node;
  }

  #flow(column: number): OutlineMapping | OutlineSequence {
    const opening = this.#text[this.#at];
    this.#at += 1;
    if (this.#depth > DEEPEST) return { kind: 'sequence', flow: true, items: [] };
    if (opening === '{') {
      const pairs: OutlinePair[] = [];
      while (this.#toFlowContent(column, '}')) {
        const match = this.#match(FLOW_KEY);
        if (!match) {
          this.#flowValue(column);
          continue;
        }
        const colon = this.#text[this.#at] === ':';
        if (colon) this.#at += 1;
        pairs.push({ ...keyOf(match), colon, value: colon ? this.#flowValue(column) : null });
      }
      return { kind: 'mapping', flow: true, column, pairs };
    }
    const items: OutlineSequence['items'] = [];
    while (this.#toFlowContent(column, ']')) items.push({ value: this.#flowValue(column), dash: true });
    return { kind: 'sequence', flow: true, items };
  }

  /** Goes to the next entry within brackets; false after what closes them, or where a line shows that nothing will. */
  #toFlowContent(column: number, closing: string): boolean {
    for (;;) {
      this.#match(/[ \t,]*(?:#[^\n]*)?/y);
      const next = this.#text[this.#at];
      if (next === undefined) return false;
      if (next === closing) {
        this.#at += 1;
        return false;
      }
      // What closes something else closes this too, as it was forgotten.
      if (next === '}' || next === ']') return false;
      if (next !== '\n') return true;
      const following = /\n(?:[ \t]*(?:#[^\n]*)?\n)*([ \t]*)/y;
      following.lastIndex = this.#at;
      const match = following.exec(this.#text)!;
      if (match[1]!.length <= column) return false;
      this.#at += match[0].length;
    }
  }

  #flowValue(column: number): OutlineNode | null {
    this.#match(SPACES);
    const first = this.#text[this.#at];
    if (first === '{' || first === '[') return this.#within(() => this.#flow(column));
    if (first === '"' || first === "'") return this.#quoted();
    const text = this.#match(FLOW_PLAIN)?.[0].trim() ?? '';
    return text === '' ? null : scalar(text, false);
  }

  #quoted(): OutlineScalar {
    const match = this.#match(QUOTED)!;
    return scalar(match[1] ?? match[2] ?? '', true);
  }

  /** A word without a colon, with keys beneath it: a key that is being typed. */
  #isWordBeforeKeys(): boolean {
    if (!this.#looksAt(WORD)) return false;
    const ahead = new OutlineReader(this.#text);
    ahead.#at = this.#at;
    ahead.#nextLine();
    return !ahead.#ended && ahead.#column === this.#column && ahead.#looksAt(KEY);
  }

  /** Goes to the content of the next line that has any. */
  #nextLine(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#toContent(end < 0 ? this.#text.length : end + 1);
  }

  #toContent(start: number): void {
    const content = /(?:[ \t]*(?:#[^\n]*|---[ \t]*)?\n)*([ \t]*)(?:#[^\n]*)?/y;
    content.lastIndex = start;
    const match = content.exec(this.#text)!;
    this.#at = start + match[0].length;
    this.#column = match[1]!.length;
  }

  /** Past texts of several lines, and whatever else has no place there. */
  #skipDeeper(column: number): void {
    while (!this.#ended && this.#column > column) this.#nextLine();
  }

  #looksAt(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    return pattern.test(this.#text);
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match) this.#at += match[0].length;
    return match;
  }
}

function keyOf([, double, single, plain]: RegExpExecArray): Pick<OutlinePair, 'key' | 'quoted'> {
  return { key: double ?? single ?? (plain ?? '').trim(), quoted: plain === undefined };
}

function scalar(text: string, quoted: boolean): OutlineScalar {
  return { kind: 'scalar', text, quoted, alone: null };
}
