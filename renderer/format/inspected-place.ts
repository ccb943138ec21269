import { WEIGHT_STATES } from '../../common/cascade/composition.ts';
import { CHANNEL_FIELDS, laterRow } from '../../common/records.ts';
import type { ChannelField, LaterChannelField } from '../../common/records.ts';
import type { ReplaySide } from '../composables/replay-run.ts';
import { weightName } from '../replay/weight-planes.ts';
import type { Inspected, InspectedRow } from '../stores/inspector.ts';
import { count, percent, significant } from './numbers.ts';

/** What is selected in the replay; the most particular that there is is inspected. */
export interface SelectedPlace {
  layer: string | null;
  channel: { layer: string; channel: number } | null;
  weight: { row: number; column: number } | null;
}

/** What the inspector says of a weight, a channel or a layer at the moment; null where none is selected. */
export function inspectedPlace(
  run: ReplaySide,
  control: ReplaySide,
  epoch: number,
  threshold: string,
  place: SelectedPlace,
): Inspected | null {
  if (place.weight !== null && place.layer !== null)
    return inspectedWeight(run, control, epoch, threshold, place);
  if (place.channel !== null)
    return {
      kind: 'channel',
      title: `${place.channel.layer} · channel ${place.channel.channel}`,
      subtitle: `after epoch ${epoch}`,
      sections: sides(run, control, (side) => channelRows(side, epoch, threshold, place.channel!)),
    };
  if (place.layer === null) return null;
  const layer = run.layers.value.find((entry) => entry.name === place.layer);
  if (!layer) return null;
  return {
    kind: 'layer',
    title: layer.name,
    subtitle: `${layer.kind} ${layer.shape.join(' × ')}, ${count(layer.weights)} weights, ${count(layer.macs)} MACs`,
    sections: sides(run, control, (side) => layerRows(side, epoch, threshold, layer.name)),
  };
}

function sides(run: ReplaySide, control: ReplaySide, rowsOf: (side: ReplaySide) => InspectedRow[]) {
  return [
    { heading: 'Run', rows: rowsOf(run) },
    ...(control.run.detail ? [{ heading: 'Control', rows: rowsOf(control) }] : []),
  ].filter((section) => section.rows.length > 0);
}

/** Disjoint states as shares of the channel's weights, then its own numbers. */
function channelRows(
  side: ReplaySide,
  epoch: number,
  threshold: string,
  name: { layer: string; channel: number },
) {
  const moment = side.moment.value?.find((entry) => entry.layer.name === name.layer);
  const table = side.loaded.history.value.table(epoch, name.layer);
  if (!moment || !table) return [];
  const field = (of: ChannelField) =>
    table.values[CHANNEL_FIELDS.indexOf(of) * table.channels + name.channel];
  const later = (of: LaterChannelField) =>
    table.values[laterRow(of, table.thresholds) * table.channels + name.channel];
  const shares = WEIGHT_STATES.map((state, index): InspectedRow => {
    const share = moment.composition[index * table.channels + name.channel];
    const label = state === 'shed' ? `shed ≤ ${threshold}` : state;
    return { label, value: percent(share), quantity: state, swatch: `--state-${state}` };
  });
  return [
    ...shares,
    { label: 'norm', value: significant(field('norm')), quantity: 'norm' as const },
    { label: 'residual', value: significant(later('residual')), quantity: 'residual' as const },
    {
      label: 'norm over the epoch · free decay',
      value: `× ${significant(later('decay'))} · × ${significant(later('freeDecay'))}`,
      quantity: 'freeDecay' as const,
    },
    { label: 'γ', value: significant(field('gamma')) },
    { label: 'β', value: significant(field('beta')) },
    { label: 'blocked', value: field('blocked') === 1 ? 'yes' : 'no', quantity: 'blocked' as const },
  ];
}

function layerRows(side: ReplaySide, epoch: number, threshold: string, name: string): InspectedRow[] {
  const layer = side.run.epochs
    .find((entry) => entry.epoch === epoch)
    ?.layers.find((entry) => entry.name === name);
  if (!layer) return [];
  return [
    { label: 'pruned, of all', value: percent(layer.pruned), quantity: 'pruned', swatch: '--state-pruned' },
    {
      label: `shed ≤ ${threshold}, of kept`,
      value: percent(layer.shed[threshold]),
      quantity: 'shed',
      swatch: '--state-shed',
    },
    {
      label: 'inert, at least, of kept',
      value: percent(layer.inert),
      quantity: 'inert',
      swatch: '--state-inert',
    },
    { label: 'dead on the data, of kept', value: percent(layer.deadOnData), quantity: 'deadOnData' },
    {
      label: 'freed, of kept',
      value: layer.freed === null ? '–' : percent(layer.freed),
      quantity: 'freed',
      swatch: '--state-freed',
    },
    { label: 'true sparsity', value: percent(layer.zero), quantity: 'zero' },
    { label: 'norm', value: significant(layer.norm), quantity: 'norm' },
  ];
}

/** A weight: its state at every threshold of the ladder, in the run and in the control. */
function inspectedWeight(
  run: ReplaySide,
  control: ReplaySide,
  epoch: number,
  threshold: string,
  place: SelectedPlace,
): Inspected | null {
  const layer = run.layers.value.find((entry) => entry.name === place.layer);
  const { row = 0, column = 0 } = place.weight ?? {};
  if (!layer) return null;
  const rowsOf = (side: ReplaySide): InspectedRow[] => {
    const planes = side.planes.planes.value;
    if (planes === null || planes.layer !== layer.name) return [];
    return planes.thresholds.map((label, index) => {
      const state = WEIGHT_STATES[planes.stateOf(row * planes.columns + column, index)] ?? 'active';
      return {
        label: `at ${label}`,
        value: label === threshold ? `${state} ←` : state,
        quantity: state,
        swatch: `--state-${state}`,
      };
    });
  };
  return {
    kind: 'weight',
    title: `${layer.name} · ${weightName(layer.kind, layer.shape, row, column)}`,
    subtitle: `after epoch ${epoch}`,
    sections: sides(run, control, rowsOf),
  };
}
