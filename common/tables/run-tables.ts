import { layerCosts } from '../cascade/layer-costs.ts';
import type { ControlKind } from '../controls.ts';
import type { ClassEpoch, EpochSummary, ExcessEpoch } from '../contract/schemas.ts';
import { measureColumns } from '../measures/columns.ts';
import type { ClassSource, EpochSource, LayerSource } from '../measures/measure.ts';
import type { Moment, Predictions } from '../records.ts';
import type { Table } from './csv.ts';

/** Everything that was measured of a run, as tables of one observation a row; docs/measures.md says what the columns are. */

function labelsOf(epochs: readonly EpochSummary[]): string[] {
  return Object.keys(epochs[0]?.shed ?? {});
}

/** The excess of every epoch, over each kind of control. */
export type Excesses = Readonly<Record<ControlKind, readonly ExcessEpoch[]>>;

/** Entries of each kind by epoch. */
function byEpoch(excess: Excesses): (epoch: number, against: ControlKind) => ExcessEpoch | undefined {
  const maps = {
    dense: new Map(excess.dense.map((entry) => [entry.epoch, entry])),
    'previous-mask': new Map(excess['previous-mask'].map((entry) => [entry.epoch, entry])),
  };
  return (epoch, against) => maps[against].get(epoch);
}

/** A row for each epoch. */
export function epochsTable(epochs: readonly EpochSummary[], excess: Excesses): Table {
  const columns = measureColumns('epoch', labelsOf(epochs));
  const at = byEpoch(excess);
  return {
    columns: ['epoch', 'phase', ...columns.map(({ name }) => name)],
    rows: epochs.map((epoch) => {
      const source: EpochSource = { epoch, compared: (against) => at(epoch.epoch, against) };
      return [
        epoch.epoch,
        epoch.phase,
        ...columns.map(({ measure, key }) => measure.epoch?.(source, key) ?? null),
      ];
    }),
  };
}

/** A row for each layer after each epoch. */
export function layersTable(epochs: readonly EpochSummary[], excess: Excesses): Table {
  const columns = measureColumns('layer', labelsOf(epochs));
  const at = byEpoch(excess);
  return {
    columns: ['epoch', 'layer', ...columns.map(({ name }) => name)],
    rows: epochs.flatMap(({ epoch, layers }) =>
      layers.map((layer) => {
        const source: LayerSource = {
          layer,
          compared: (against) => at(epoch, against)?.layers.find(({ name }) => name === layer.name),
          costs: layerCosts(layer),
        };
        return [
          epoch,
          layer.name,
          ...columns.map(({ measure, key }) => measure.layer?.(source, key) ?? null),
        ];
      }),
    ),
  };
}

/** A row for each class after each epoch. */
export function classesTable(epochs: readonly ClassEpoch[], names: readonly string[] | null): Table {
  const columns = measureColumns('class', []);
  return {
    columns: ['epoch', 'class', 'name', ...columns.map(({ name }) => name)],
    rows: epochs.flatMap(({ epoch, examples, correct }) =>
      correct.map((right, index) => {
        const source: ClassSource = { examples: examples[index] ?? null, correct: right };
        return [
          epoch,
          index,
          names?.[index] ?? null,
          ...columns.map(({ measure }) => measure.class?.(source) ?? null),
        ];
      }),
    ),
  };
}

/** A row for each test image at each marked moment. */
export function predictionsTable(
  moments: readonly ({ epoch: number; moment: Moment } & Predictions)[],
  names: readonly string[] | null,
): Table {
  const columns = [
    'epoch',
    'moment',
    'image',
    'label',
    'label_name',
    'predicted',
    'predicted_name',
    'correct',
    'margin',
  ];
  const rows: Table['rows'] = [];
  for (const { epoch, moment, labels, predicted, margins } of moments)
    labels.forEach((label, image) => {
      const answer = predicted[image]!;
      rows.push([
        epoch,
        moment,
        image,
        label,
        names?.[label] ?? null,
        answer,
        names?.[answer] ?? null,
        answer === label ? 1 : 0,
        margins[image]!,
      ]);
    });
  return { columns, rows };
}
