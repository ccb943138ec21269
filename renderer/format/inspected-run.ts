import type { EpochSummary, ExcessEpoch, RunSummary } from '../../common/contract/schemas.ts';
import type { Inspected } from '../stores/inspector.ts';
import { moment, percent, points, shedLabel } from './numbers.ts';
import { excessText, runTitle, standingOf } from './runs.ts';

/** What the inspector says of a run: after the epoch `at`, or after its last one. */
export function inspectedRun(
  run: RunSummary,
  threshold: string,
  at: EpochSummary | null = null,
  excess: ExcessEpoch | null = null,
): Inspected {
  const standing = standingOf(run);
  const states = at ?? run.states;
  return {
    kind: 'run',
    title: runTitle(run),
    subtitle: run.id,
    sections: [
      {
        heading: 'What it is',
        rows: [
          { label: 'model', value: run.model },
          { label: 'optimizer', value: run.optimizer },
          { label: 'criterion', value: run.criterion ?? 'none' },
          {
            label: 'control',
            value: run.control ?? (standing === 'control' ? 'this run is one' : standing),
            quantity: 'control',
          },
          ...(run.trunk === null
            ? []
            : [{ label: 'first epochs', value: `to ${run.trunk.epoch}, from ${run.trunk.id}` }]),
          ...(run.masks === null
            ? []
            : [{ label: 'masks', value: `of ${run.masks.id}, after epoch ${run.masks.epoch}` }]),
          ...(run.priority === 0 ? [] : [{ label: 'priority', value: String(run.priority) }]),
        ],
      },
      {
        heading: `After epoch ${at?.epoch ?? run.epochsDone}`,
        rows: [
          { label: 'test accuracy', value: percent((at ?? run).testAccuracy, 2), quantity: 'accuracy' },
          {
            label: 'validation accuracy',
            value: percent((at ?? run).validationAccuracy, 2),
            quantity: 'validation',
          },
          {
            label: 'pruned, of all',
            value: percent(states?.pruned),
            quantity: 'pruned',
            swatch: '--state-pruned',
          },
          {
            label: `${shedLabel(threshold)}, of kept`,
            value: percent(states?.shed[threshold]),
            quantity: 'shed',
            swatch: '--state-shed',
          },
          {
            label: 'inert, of kept',
            value: percent(states?.inert),
            quantity: 'inert',
            swatch: '--state-inert',
          },
          { label: 'true sparsity', value: percent(states?.zero), quantity: 'zero' },
          {
            label: `excess at ${threshold}`,
            value:
              at !== null && standing === 'controlled'
                ? points(excess?.excess[threshold])
                : excessText(run, threshold),
            quantity: 'excess',
          },
        ],
      },
      {
        heading: 'Life',
        rows: [
          { label: 'state', value: run.state },
          ...(run.reason === null ? [] : [{ label: 'because', value: run.reason }]),
          { label: 'created', value: moment(run.createdAt) },
          { label: 'started', value: moment(run.startedAt) },
          { label: 'ended', value: moment(run.endedAt) },
        ],
      },
    ],
  };
}
