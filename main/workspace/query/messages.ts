/** What a query's process is told, once, and what it answers, once. */
export interface QueryOrder {
  /** The database's file. */
  file: string;
  sql: string;
  /** Rows that are answered at most. */
  limit: number;
  /** Bytes of memory beyond which the process ends itself. */
  memory: number;
}

export type QueryAnswer =
  | { frame: Uint8Array<ArrayBuffer> }
  | { error: { code: string; message: string; place: { from: number; to: number } | null } };
