import type { DocumentKind, StoredDocument } from '../../common/contract/document-schemas.ts';
import type {
  ChannelsAsked,
  CurvesAsked,
  Overlap,
  OverlapAsked,
  RunDetail,
  RunSummary,
} from '../../common/contract/schemas.ts';
import type { Moment } from '../../common/records.ts';

/** What figures ask of the workspace. Frames are those of `common/codec`. */
export interface FigureSource {
  listRuns(): Promise<RunSummary[]>;
  documents(kind: DocumentKind): Promise<StoredDocument[]>;
  specifications(hashes?: readonly string[]): Promise<Uint8Array<ArrayBuffer>>;
  curves(asked: CurvesAsked, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  getRun(id: string): Promise<RunDetail>;
  overlap(asked: OverlapAsked, signal?: AbortSignal): Promise<Overlap>;
  channels(id: string, asked: ChannelsAsked, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  planes(
    id: string,
    epoch: number,
    layer: string,
    planes?: readonly string[],
    signal?: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>>;
  predictions(id: string, epoch: number, moment: Moment): Promise<Uint8Array<ArrayBuffer>>;
}
