import { WEIGHT_STATES } from '../../common/cascade/composition.ts';
import type { LayerComparison, LayerEpoch } from '../../common/contract/schemas.ts';
import { CHANNEL_FIELDS, laterRow } from '../../common/records.ts';
import type { ChannelField, LaterChannelField } from '../../common/records.ts';
import type { ReplayPanel } from './use-replay-panels.ts';
import type { ReplaySide } from './use-replay-side.ts';
import { stateName, stateQuantity, type Role } from './state-names.ts';
import { weightName } from './weight-planes.ts';
import type { Inspected, InspectedRow } from '../stores/inspector.ts';
import { count, percent, points, shedLabel, significant } from '../format/numbers.ts';
import { STATE_QUANTITIES } from '../format/quantities.ts';

/** What is selected in the replay; the most particular that there is is inspected. */
export interface SelectedPlace {
  layer: string | null;
  channel: { layer: string; channel: number } | null;
  weight: { row: number; column: number } | null;
}

/** What the inspector says of a weight, a channel or a layer at the moment, in each run; null where none is selected. */
export function inspectedPlace(
  panels: readonly ReplayPanel[],
  epoch: number,
  threshold: string,
  place: SelectedPlace,
): Inspected | null {
  const run = panels[0]!.side;
  if (place.weight !== null && place.layer !== null) return inspectedWeight(panels, epoch, threshold, place);
  if (place.channel !== null) {
    const { layer, channel } = place.channel;
    return {
      kind: 'channel',
      title: `${layer} · channel ${channel}`,
      subtitle: `after epoch ${epoch}`,
      sections: sections(panels, layer, ', where the run keeps it', (panel) =>
        channelRows(panel.side, panel.side.at.value, threshold, place.channel!, panel.role),
      ),
    };
  }
  if (place.layer === null) return null;
  const layer = run.layers.value.find((entry) => entry.name === place.layer);
  if (!layer) return null;
  return {
    kind: 'layer',
    title: layer.name,
    subtitle: `${layer.kind} ${layer.shape.join(' × ')}, ${count(layer.weights)} weights, ${count(layer.macs)} MACs`,
    sections: sections(panels, layer.name, '', ({ side, role, compared }) => {
      const at = side.at.value;
      const twin = compared.value?.layers.find((entry) => entry.name === layer.name);
      return role === 'run'
        ? layerRows(side, at, threshold, layer.name)
        : controlRows(side, twin, at, threshold, layer.name);
    }),
  };
}

/** A section for each run that has the layer; the heading of a control says more. */
function sections(
  panels: readonly ReplayPanel[],
  layer: string,
  ofControl: string,
  rowsOf: (panel: ReplayPanel) => InspectedRow[],
): Inspected['sections'] {
  return panels
    .filter(({ side, shared }) => side.run.detail !== null && shared.value.has(layer))
    .map((panel) => ({ heading: headingOf(panel, ofControl), rows: rowsOf(panel) }))
    .filter((section) => section.rows.length > 0);
}

function headingOf({ letter, role, name }: ReplayPanel, ofControl: string): string {
  const who = letter === null ? (role === 'run' ? 'Run' : 'Control') : `${letter}: ${name.value ?? ''}`;
  return role === 'run' ? who : `${who}${ofControl}`;
}

/** Disjoint states as shares of the channel's weights, then its own numbers. */
function channelRows(
  side: ReplaySide,
  epoch: number,
  threshold: string,
  name: { layer: string; channel: number },
  role: Role,
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
    return {
      label: `${stateName(state, threshold, role)}, of channel`,
      value: percent(share),
      quantity: stateQuantity(state, 'Channel', role),
      swatch: `--state-${state}`,
    };
  });
  // Stored of the channel as it is: of a control with the weights that the run has pruned.
  const whole = role === 'run' ? '' : ', all its weights';
  return [
    ...shares,
    { label: `norm${whole}`, value: significant(field('norm')), quantity: 'norm' as const },
    { label: `residual${whole}`, value: significant(later('residual')), quantity: 'residual' as const },
    {
      label: `norm over the epoch · free decay${whole}`,
      value: `× ${significant(later('decay'))} · × ${significant(later('freeDecay'))}`,
      quantity: 'freeDecay' as const,
    },
    { label: 'γ', value: significant(field('gamma')) },
    { label: 'β', value: significant(field('beta')) },
    { label: 'blocked', value: field('blocked') === 1 ? 'yes' : 'no', quantity: 'blocked' as const },
  ];
}

function layerAt(side: ReplaySide, epoch: number, name: string): LayerEpoch | undefined {
  return side.run.exact.epochs
    .find((entry) => entry.epoch === epoch)
    ?.layers.find((entry) => entry.name === name);
}

/** Of the control: what it has shed of the very weights that the run kept, and the run's excess; the rest is of the layer as it is. */
function controlRows(
  side: ReplaySide,
  twin: LayerComparison | undefined,
  epoch: number,
  threshold: string,
  name: string,
): InspectedRow[] {
  const layer = layerAt(side, epoch, name);
  if (!layer) return [];
  return [
    {
      label: `${shedLabel(threshold)}, same weights`,
      value: percent(twin?.control[threshold]),
      quantity: 'controlShed',
      swatch: '--state-shed',
    },
    { label: 'excess of the run', value: points(twin?.excess[threshold]), quantity: 'excess' },
    {
      label: `${shedLabel(threshold)}, all its weights`,
      value: percent(layer.shed[threshold]),
      quantity: 'controlShedOfAll',
    },
    { label: 'norm, all its weights', value: significant(layer.norm), quantity: 'norm' },
  ];
}

function layerRows(side: ReplaySide, epoch: number, threshold: string, name: string): InspectedRow[] {
  const layer = layerAt(side, epoch, name);
  if (!layer) return [];
  return [
    { label: 'pruned, of all', value: percent(layer.pruned), quantity: 'pruned', swatch: '--state-pruned' },
    {
      label: `${shedLabel(threshold)}, of kept`,
      value: percent(layer.shed[threshold]),
      quantity: 'shed',
      swatch: '--state-shed',
    },
    {
      label: 'inert, at least, of kept',
      value: percent(layer.inertAtLeast),
      quantity: 'inertAtLeast',
      swatch: '--state-inert',
    },
    { label: 'dead on the data, of kept', value: percent(layer.deadOnData), quantity: 'deadOnData' },
    {
      label: 'freed, of kept',
      value: layer.freed === null ? '–' : percent(layer.freed),
      quantity: 'freed',
      swatch: '--state-freed',
    },
    { label: 'true sparsity, of all', value: percent(layer.zero), quantity: 'zero' },
    { label: 'norm', value: significant(layer.norm), quantity: 'norm' },
  ];
}

/** A weight: its state at every threshold of the ladder, in each run. */
function inspectedWeight(
  panels: readonly ReplayPanel[],
  epoch: number,
  threshold: string,
  place: SelectedPlace,
): Inspected | null {
  const layer = panels[0]!.side.layers.value.find((entry) => entry.name === place.layer);
  const { row = 0, column = 0 } = place.weight ?? {};
  if (!layer) return null;
  const rowsOf = ({ side }: ReplayPanel): InspectedRow[] => {
    const planes = side.weights.shown.value?.planes ?? null;
    if (planes === null || planes.layer !== layer.name) return [];
    return planes.thresholds.map((label, index) => {
      const code = planes.ownStateOf(row * planes.columns + column, index);
      if (code === null) return { label: `at ${label}`, value: '…' };
      const state = WEIGHT_STATES[code] ?? 'active';
      return {
        label: `at ${label}`,
        value: label === threshold ? `${state} ←` : state,
        quantity: STATE_QUANTITIES[state],
        swatch: `--state-${state}`,
      };
    });
  };
  return {
    kind: 'weight',
    title: `${layer.name} · ${weightName(layer.kind, layer.shape, row, column)}`,
    subtitle: `after epoch ${epoch}`,
    sections: sections(panels, layer.name, '', rowsOf),
  };
}
