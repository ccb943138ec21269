import { pruningsOf } from '../../format/prunings.ts';
import type { OpenedRun } from '../../stores/opened-run.ts';
import type { Marker } from './series.ts';

/** When weights were pruned, as dotted lines. */
export function pruningMarkers({ detail, epochs }: Pick<OpenedRun, 'detail' | 'epochs'>): Marker[] {
  return pruningsOf(detail?.events ?? [], epochs).map(({ at }) => ({ at, label: 'pruned' }));
}
