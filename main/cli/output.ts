/** Where the command line writes; a terminal gets tables and updating lines, a pipe plain lines. */
export interface TextStream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** Results on standard output, sentences about trouble on standard error; with --json only JSON on standard output. */
export class Output {
  readonly json: boolean;
  readonly stdout: TextStream;
  readonly stderr: TextStream;

  constructor(json: boolean, stdout: TextStream, stderr: TextStream) {
    this.json = json;
    this.stdout = stdout;
    this.stderr = stderr;
  }

  /** The one result of a command: `value` with --json, else `text`. */
  result(value: unknown, text: string): void {
    this.stdout.write(this.json ? `${JSON.stringify(value, null, 2)}\n` : `${text}\n`);
  }

  /** One line of NDJSON; nothing without --json. */
  record(value: unknown): void {
    if (this.json) this.stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** One line for a person; nothing with --json. */
  say(text: string): void {
    if (!this.json) this.stdout.write(`${text}\n`);
  }

  warn(text: string): void {
    this.stderr.write(`${text}\n`);
  }
}
