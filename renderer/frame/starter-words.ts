import type { RunDetail } from '../../common/contract/schemas.ts';
import { percent } from '../format/numbers.ts';

/** What the starter study trains, and which number answers its question: two sentences from the run's own numbers. */
export function starterWords({ summary, specification }: RunDetail, isUnderWay: boolean): string {
  const { model, dataset, pruning } = specification;
  const share = summary.states?.pruned ?? 0;
  // Before its pruning is measured, only the share of the chosen layers is known.
  const kinds = pruning?.layers.kinds ?? [];
  const asked = `${Number((100 * (pruning?.sparsity ?? 0)).toFixed(1))}% of its ${kinds.length > 0 ? `${kinds.join(' and ')} ` : ''}weights`;
  const cut = share > 0 ? `${percent(share)} of its weights` : asked;
  const epoch = (pruning?.schedule as { epoch?: unknown } | undefined)?.epoch;
  const when =
    typeof epoch === 'number' ? (epoch === 1 ? ' after its first epoch' : ` after epoch ${epoch}`) : '';
  return `${isUnderWay ? 'Training now' : 'Trained here'}: a small network (${model.name}) on ${dataset.name.toUpperCase()}, of which ${cut} are pruned${when}, beside the same network unpruned. Watch excess: how many more of the kept weights went to zero because of the pruning.`;
}
