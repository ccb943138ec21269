import type { CurvesAsked, RunSummary } from '../../common/contract/schemas.ts';

/** What figures ask of the workspace. */
export interface FigureSource {
  listRuns(): Promise<RunSummary[]>;
  /** A frame: see `common/codec/specifications.ts`. */
  specifications(hashes?: readonly string[]): Promise<Uint8Array<ArrayBuffer>>;
  /** A frame: see `common/codec/curve-frames.ts`. */
  curves(asked: CurvesAsked, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}
