import { CONTROL_SHORT_NAMES, type ControlKind } from '../../common/controls.ts';
import type { EpochSummary, ExcessEpoch, RunSummary } from '../../common/contract/schemas.ts';
import type { Inspected, InspectedRow } from '../stores/inspector.ts';
import { moment, percent, points, shedLabel } from '../format/numbers.ts';
import {
  controlsOf,
  excessText,
  lastExcessText,
  runTitle,
  standingOf,
  type Standing,
} from '../format/runs.ts';

/**
 * What the inspector says of a run: after the epoch `at`, or after its last one.
 *
 * @param excess over its controls, of all epochs; read only for `at`
 */
export function inspectedRun(
  run: RunSummary,
  threshold: string,
  at: EpochSummary | null = null,
  excess: Partial<Record<ControlKind, readonly ExcessEpoch[]>> = {},
): Inspected {
  const standing = standingOf(run);
  const states = at ?? run.states;
  return {
    kind: 'run',
    title: runTitle(run),
    subtitle: run.id,
    run: run.id,
    sections: [
      {
        heading: 'What it is',
        rows: [
          { label: 'model', value: run.model },
          { label: 'optimizer', value: run.optimizer },
          { label: 'criterion', value: run.criterion ?? 'none' },
          {
            label: 'control',
            value: run.control ?? withoutDense(standing),
            quantity: 'control',
          },
          ...(run.previousMask === null
            ? []
            : [
                {
                  label: 'previous mask',
                  value: run.previousMask.control,
                  quantity: 'control' as const,
                },
              ]),
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
          { label: 'test accuracy', value: percent((at ?? run).testAccuracy, 2), quantity: 'testAccuracy' },
          {
            label: 'validation accuracy',
            value: percent((at ?? run).validationAccuracy, 2),
            quantity: 'validationAccuracy',
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
            label: 'inert, at least, of kept',
            value: percent(states?.inertAtLeast),
            quantity: 'inertAtLeast',
            swatch: '--state-inert',
          },
          ...(at
            ? [
                {
                  label: 'dead on the data, of kept',
                  value: percent(at.deadOnData),
                  quantity: 'deadOnData' as const,
                },
              ]
            : []),
          { label: 'true sparsity, of all', value: percent(states?.zero), quantity: 'zero' },
          ...(run.previousMask === null ? excessRows(run, threshold, at, excess) : []),
        ],
      },
      ...(run.previousMask === null
        ? []
        : [{ heading: `Excess at ${threshold}`, rows: excessRows(run, threshold, at, excess) }]),
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

/** The excess over each control, each named where there are several; one row of why there is none. */
function excessRows(
  run: RunSummary,
  threshold: string,
  at: EpochSummary | null,
  excess: Partial<Record<ControlKind, readonly ExcessEpoch[]>>,
): InspectedRow[] {
  const kinds = controlsOf(run);
  const label = `excess at ${threshold}`;
  if (kinds.length === 0 || !run.prunes)
    return [{ label, value: excessText(run, threshold), quantity: 'excess' }];
  return kinds.flatMap((kind): InspectedRow[] => {
    const name = CONTROL_SHORT_NAMES[kind];
    const only = run.previousMask === null;
    if (at === null)
      return [
        {
          label: only ? label : `over ${name}`,
          value: lastExcessText(run, kind, threshold),
          quantity: 'excess',
        },
      ];
    const compared = excess[kind]?.find(({ epoch }) => epoch === at.epoch);
    return [
      {
        label: only ? 'control, same weights' : `${name}, same weights`,
        value: percent(compared?.control[threshold]),
        quantity: 'controlShed',
      },
      {
        label: only ? label : `over ${name}`,
        value: points(compared?.excess[threshold]),
        quantity: 'excess',
      },
    ];
  });
}

/** What stands for the dense control of a run that has none. */
function withoutDense(standing: Standing): string {
  if (standing === 'control') return 'this run is one';
  return standing === 'uncontrolled' ? standing : 'no dense one';
}
