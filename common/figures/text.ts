import { CascadeError } from '../errors.ts';

/** A piece of a line of text, in one face. */
export interface TextRun {
  text: string;
  italic: boolean;
  bold: boolean;
  /** Its size, as a part of the line's. */
  scale: number;
  /** How far its baseline is above the line's, as a part of the line's size. */
  raise: number;
}

const SCRIPT_SCALE = 0.7;
const SUPERSCRIPT = 0.36;
const SUBSCRIPT = -0.16;
const THIN_SPACE = '\u2009';

/** Words of formulas that all formats can draw: what follows the backslash, and its sign. */
const SIGNS: Readonly<Record<string, string>> = {
  alpha: 'α',
  beta: 'β',
  gamma: 'γ',
  delta: 'δ',
  epsilon: 'ε',
  varepsilon: 'ε',
  zeta: 'ζ',
  eta: 'η',
  theta: 'θ',
  kappa: 'κ',
  lambda: 'λ',
  mu: 'μ',
  nu: 'ν',
  pi: 'π',
  rho: 'ρ',
  sigma: 'σ',
  tau: 'τ',
  phi: 'φ',
  chi: 'χ',
  psi: 'ψ',
  omega: 'ω',
  Gamma: 'Γ',
  Delta: 'Δ',
  Theta: 'Θ',
  Lambda: 'Λ',
  Sigma: 'Σ',
  Phi: 'Φ',
  Psi: 'Ψ',
  Omega: 'Ω',
  infty: '∞',
  sum: '∑',
  partial: '∂',
  ldots: '…',
  prime: '′',
  '%': '%',
  _: '_',
  '#': '#',
  '&': '&',
  $: '$',
  '{': '{',
  '}': '}',
  '|': '‖',
  ',': THIN_SPACE,
  ' ': ' ',
};
/** The same of signs that stand between two things. */
const RELATIONS: Readonly<Record<string, string>> = {
  le: '≤',
  leq: '≤',
  ge: '≥',
  geq: '≥',
  ne: '≠',
  neq: '≠',
  approx: '≈',
  to: '→',
  rightarrow: '→',
  times: '×',
  cdot: '·',
  pm: '±',
};
const BETWEEN: Readonly<Record<string, string>> = { '=': '=', '<': '<', '>': '>', '+': '+', '-': '−' };

/** How one sign of a text is written outside of a formula for LaTeX. */
const LATEX: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(SIGNS).map(([word, sign]) => [sign, `$\\${word}$`])),
  ...Object.fromEntries(Object.entries(RELATIONS).map(([word, sign]) => [sign, `$\\${word}$`])),
  '−': '$-$',
  '<': '$<$',
  '>': '$>$',
  '%': '\\%',
  '#': '\\#',
  '&': '\\&',
  _: '\\_',
  $: '\\$',
  '{': '\\{',
  '}': '\\}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '\\': '\\textbackslash{}',
  '–': '--',
  '—': '---',
  '’': "'",
  '“': '``',
  '”': "''",
  '…': '\\ldots{}',
  '°': '$^{\\circ}$',
  [THIN_SPACE]: '\\,',
  '\u00a0': '~',
  ' ': ' ',
};

/** A formula that cannot be drawn, and what can. */
function badFormula(source: string, found: string): CascadeError {
  return new CascadeError(
    'BAD_LABEL',
    `The formula in '${source}' has ${found}: figures draw letters, numbers, ^, _, and words such as \\tau, \\leq or \\times.`,
  );
}

/**
 * The pieces of a label: plain text, with formulas in a small part of LaTeX's mathematics between dollars. A dollar itself is
 * written `\$`.
 *
 * @throws CascadeError BAD_LABEL for a formula beyond that part, or a dollar without its partner
 */
export function parseLabel(source: string, bold = false): TextRun[] {
  const runs = partsOf(source).flatMap(({ text, formula }) =>
    formula ? new Formula(source, text, bold).parse() : [plain(text, bold)],
  );
  return joined(runs.filter(({ text }) => text !== ''));
}

/** A label for LaTeX: formulas as they are, and everything else escaped. */
export function latexOf(source: string): string {
  return partsOf(source)
    .map(({ text, formula }) =>
      formula ? `$${text}$` : [...text].map((sign) => LATEX[sign] ?? sign).join(''),
    )
    .join('');
}

/** A label without marks of formulas, for tables and screen readers. */
export function plainText(source: string): string {
  return parseLabel(source)
    .map(({ text }) => text)
    .join('')
    .replaceAll(THIN_SPACE, ' ');
}

/** Text that is meant as it stands, such as a name, as the source of a label. */
export function literal(text: string): string {
  return text.replaceAll('$', '\\$');
}

function partsOf(source: string): { text: string; formula: boolean }[] {
  const parts = source.split(/(?<!\\)\$/);
  if (parts.length % 2 === 0)
    throw new CascadeError(
      'BAD_LABEL',
      `'${source}' has a dollar without its partner: write \\$ for the sign.`,
    );
  return parts.map((text, index) => ({
    text: index % 2 === 0 ? text.replaceAll('\\$', '$') : text,
    formula: index % 2 === 1,
  }));
}

const plain = (text: string, bold: boolean): TextRun => ({ text, italic: false, bold, scale: 1, raise: 0 });

/** Runs of one face, one after another, as one: kerning holds over them. */
function joined(runs: readonly TextRun[]): TextRun[] {
  const whole: TextRun[] = [];
  for (const run of runs) {
    const last = whole.at(-1);
    if (last?.italic === run.italic && last.scale === run.scale && last.raise === run.raise)
      last.text += run.text;
    else whole.push({ ...run });
  }
  return whole;
}

/** Reads one formula from left to right. */
class Formula {
  readonly #source: string;
  readonly #text: string;
  readonly #bold: boolean;
  #at = 0;

  constructor(source: string, text: string, bold: boolean) {
    this.#source = source;
    this.#text = text;
    this.#bold = bold;
  }

  parse(): TextRun[] {
    const runs = this.#list(1, 0);
    if (this.#at < this.#text.length) throw badFormula(this.#source, "a '}' without its '{'");
    return runs;
  }

  /** Up to the end, or to the brace that closes the group. */
  #list(scale: number, raise: number): TextRun[] {
    const runs: TextRun[] = [];
    while (this.#at < this.#text.length && this.#text[this.#at] !== '}')
      runs.push(...this.#next(scale, raise, runs.length === 0));
    return runs;
  }

  #next(scale: number, raise: number, first: boolean): TextRun[] {
    const sign = this.#text[this.#at++] as string;
    const run = (text: string, italic = false): TextRun => ({ text, italic, bold: this.#bold, scale, raise });
    // A sign that begins a formula stands off what follows; a sign of the number itself, or in a script, does not.
    const between = (text: string): TextRun => {
      if (scale < 1 || (first && (text === '−' || text === '+'))) return run(text);
      return run(`${first ? '' : THIN_SPACE}${text}${THIN_SPACE}`);
    };
    if (sign === ' ') return [];
    if (sign === '{') return this.#group(scale, raise);
    if (sign === '^') return this.#script(scale, raise, SUPERSCRIPT);
    if (sign === '_') return this.#script(scale, raise, SUBSCRIPT);
    if (sign === '\\') {
      const word = this.#word();
      const relation = RELATIONS[word];
      if (relation !== undefined) return [between(relation)];
      if (word === 'mathrm' || word === 'text' || word === 'operatorname') return [run(this.#verbatim())];
      if (SIGNS[word] === undefined) throw badFormula(this.#source, `'\\${word}'`);
      return [run(SIGNS[word], /^[α-ω]$/.test(SIGNS[word]))];
    }
    if (BETWEEN[sign] !== undefined) return [between(BETWEEN[sign])];
    return [run(sign, /\p{L}/u.test(sign))];
  }

  #group(scale: number, raise: number): TextRun[] {
    const runs = this.#list(scale, raise);
    if (this.#text[this.#at] !== '}') throw badFormula(this.#source, "a '{' that is not closed");
    this.#at++;
    return runs;
  }

  #script(scale: number, raise: number, by: number): TextRun[] {
    if (this.#at >= this.#text.length) throw badFormula(this.#source, 'a ^ or _ with nothing after it');
    const [size, height] = [scale * SCRIPT_SCALE, raise + by * scale];
    return this.#next(size, height, true);
  }

  #word(): string {
    const word = /^(?:[a-zA-Z]+|.)/su.exec(this.#text.slice(this.#at))?.[0] ?? '';
    this.#at += word.length;
    return word;
  }

  /** What stands in braces, as text. */
  #verbatim(): string {
    const found = /^\s*\{([^{}]*)\}/.exec(this.#text.slice(this.#at));
    if (found === null) throw badFormula(this.#source, 'text without braces');
    this.#at += found[0].length;
    return found[1] ?? '';
  }
}
