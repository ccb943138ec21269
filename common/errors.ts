/**
 * An error a person can act on: `code` is for programs, `message` is one sentence saying what happened and
 * what to do.
 */
export class CascadeError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CascadeError';
    this.code = code;
  }
}

/** The sentence of any thrown value, for logs and events. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
