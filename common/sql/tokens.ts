/** A piece of SQL, and where it stands in the text: [from, to). */
export interface SqlToken {
  /** `quoted`: a name in quotation marks; `broken`: a text, name or comment without end. */
  kind: 'word' | 'quoted' | 'text' | 'number' | 'sign' | 'broken';
  /** As written; of a quoted name, the name. */
  text: string;
  from: number;
  to: number;
}

const PATTERN =
  /(?<space>\s+|--[^\n]*|\/\*[\s\S]*?\*\/)|(?<text>[xX]?'(?:[^']|'')*')|(?<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])|(?<number>0[xX][0-9a-fA-F]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<word>[\p{L}_$][\p{L}\p{N}_$]*)|(?<broken>\/\*[\s\S]*|['"`[][\s\S]*)|(?<sign>\|\||->>?|<=|>=|<>|!=|==|<<|>>|[\s\S])/uy;

/** Whatever is written, in pieces as SQLite reads them; comments and spaces are left out. */
export function sqlTokens(text: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  PATTERN.lastIndex = 0;
  for (let from = 0; from < text.length; from = PATTERN.lastIndex) {
    PATTERN.lastIndex = from;
    const groups = PATTERN.exec(text)!.groups!;
    const [kind, written] = Object.entries(groups).find(([, part]) => part !== undefined)! as [
      SqlToken['kind'] | 'space',
      string,
    ];
    PATTERN.lastIndex = from + written.length;
    if (kind === 'space') continue;
    const name = kind === 'quoted' ? nameOf(written) : written;
    tokens.push({ kind, text: name, from, to: from + written.length });
  }
  return tokens;
}

function nameOf(quoted: string): string {
  const mark = quoted[0]!;
  const within = quoted.slice(1, -1);
  return mark === '[' ? within : within.replaceAll(mark + mark, mark);
}
