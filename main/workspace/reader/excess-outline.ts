import type { Comparison, ExcessEpoch } from '../../../common/contract/schemas.ts';
import type { ControlKind } from '../../../common/controls.ts';
import { layersOf } from '../chains.ts';
import { prepared, type Connection } from '../database.ts';
import { readColumns, type Columns } from './columns.ts';
import { over } from './excess.ts';
import { byThresholdTold, derived, extremesOf, toldPlaces, type EpochRange } from './levels.ts';
import { share } from './shares.ts';
import type { StoredRun } from './stored-run.ts';

/** The weights that the run kept, and counts of the shed ones of them in it and in its control. */
type Counts = Columns<'epoch' | 'kept', 'shed' | 'control_shed'>;

/** The excess of very many epochs in spans: of the whole network and, of its layers, of the named one. */
export function excessOutline(
  database: Connection,
  run: StoredRun,
  against: ControlKind,
  { from, to }: EpochRange,
  span: number,
  name: string | undefined,
): ExcessEpoch[] {
  const thresholds = [...run.labels.keys()];
  const read = (rows: string, parameters: Readonly<Record<string, number>> = {}): Counts =>
    readColumns(
      prepared(
        database,
        `select epoch, kept, shed, control_shed ${rows} and epoch between :from and :to order by epoch`,
      ),
      [{ run: run.number, from, to, ...parameters }],
      { numbers: ['epoch', 'kept'], texts: { shed: thresholds, control_shed: thresholds } },
      to - from + 1,
    );
  const counts = read(over(against, 'excess_totals'));
  const network = comparisonsTold(counts, run.labels, span);
  const layer = layersOf(database, run.number).find((candidate) => candidate.name === name);
  const found = layer ? read(`${over(against)} and layer = :layer`, { layer: layer.id }) : null;
  // A layer that the control has otherwise is compared in no epoch.
  const compared = found?.rows === counts.rows ? found : null;
  const ofLayer = compared && comparisonsTold(compared, run.labels, span);
  const kept = compared && extremesOf(compared.numbers.kept, span);
  return toldPlaces(counts.rows, span).map((row, place) => ({
    epoch: counts.numbers.epoch[row]!,
    ...network(place),
    layers: layer && ofLayer && kept ? [{ name: layer.name, kept: kept[place]!, ...ofLayer(place) }] : [],
  }));
}

function comparisonsTold(
  { rows, numbers: { kept }, texts }: Counts,
  labels: readonly string[],
  span: number,
): (place: number) => Comparison {
  // A control measures the same thresholds in all of its epochs.
  const measured = labels.flatMap((label, threshold) =>
    rows > 0 && !Number.isNaN(texts.control_shed[threshold]![0]!) ? [{ label, threshold }] : [],
  );
  const names = measured.map(({ label }) => label);
  const told = (value: (row: number, threshold: number) => number) =>
    byThresholdTold(
      names,
      measured.map(({ threshold }) => derived(rows, (row) => value(row, threshold))),
      span,
    );
  const own = (row: number, threshold: number): number => share(texts.shed[threshold]![row]!, kept[row]!);
  const other = (row: number, threshold: number): number =>
    share(texts.control_shed[threshold]![row]!, kept[row]!);
  const [run, control] = [told(own), told(other)];
  const excess = told((row, threshold) => own(row, threshold) - other(row, threshold));
  return (place) => ({ run: run(place), control: control(place), excess: excess(place) });
}
