import { jaccard, jaccardBeyondChance } from '../../../common/cascade/overlap.ts';
import type { Overlap, RunSummary, WeightSet } from '../../../common/contract/schemas.ts';
import { CascadeError } from '../../../common/errors.ts';
import type { Asks, MatrixCell, MatrixPanel, Quantity } from '../../../common/figures/data.ts';
import { epochAt, readWhen, whenTitle } from '../../../common/groups/moments.ts';
import { literal } from '../../../common/figures/text.ts';
import { spacedEpochs } from './epochs.ts';
import { lookOf, runsOf, type Material } from './material.ts';
import type { SelectedGroup } from './selected-groups.ts';

/** Sets that are compared in one call at most. */
const MOST_SETS = 64;
const MOST_EPOCHS = 21;

const WHAT = { kept: 'kept', alive: 'kept, above the threshold', shed: 'shed' } as const;

/** Overlap matrices: of runs, of groups, or of the epochs of each group. */
export async function collectOverlap(material: Material, asked: Asks['overlap']): Promise<MatrixPanel[]> {
  switch (asked.between) {
    case 'runs':
      return [await ofRuns(material, asked)];
    case 'groups':
      return [await ofGroups(material, asked)];
    case 'epochs':
      return ofEpochs(material, asked);
  }
}

function quantityOf({ figure }: Material, { what, number, layer }: Asks['overlap']): Quantity {
  return {
    id: number === 'jaccard' ? 'overlap' : 'overlapBeyondChance',
    title: `${number === 'jaccard' ? 'Overlap' : 'Overlap beyond chance'} (Jaccard) of ${WHAT[what]} weights${layer === null ? '' : ` in ${literal(layer)}`}`,
    unit: number === 'jaccard' ? 'share' : 'points',
    of: 'weights in either',
    ...(what === 'kept' ? {} : { threshold: figure.threshold }),
    scale: 'linear',
  };
}

function setOf({ figure }: Material, { what }: Asks['overlap'], id: string, epoch: number): WeightSet {
  return { id, epoch, what, ...(what === 'kept' ? {} : { threshold: figure.threshold }) };
}

async function overlapOf(
  { source, signal }: Material,
  { layer }: Asks['overlap'],
  sets: WeightSet[],
): Promise<Overlap> {
  if (sets.length > MOST_SETS)
    throw new CascadeError(
      'INVALID',
      `A matrix compares ${MOST_SETS} sets of weights at most, not ${sets.length}: choose fewer runs by the query, or fewer epochs.`,
    );
  return source.overlap({ sets, ...(layer === null ? {} : { layer }) }, signal);
}

function valueOf(found: Overlap, { number }: Asks['overlap'], row: number, column: number): number {
  const count = {
    one: found.sizes[row] as number,
    other: found.sizes[column] as number,
    both: found.both[row]?.[column] as number,
    expected: found.expected[row]?.[column] as number,
  };
  return number === 'beyond' ? jaccardBeyondChance(count) : jaccard(count);
}

const summaries = ({ points }: SelectedGroup): RunSummary[] => points.flatMap(({ runs }) => runs);

const told = (group: SelectedGroup) => {
  const runs = runsOf(group);
  return { ...lookOf(group), runs, n: runs.length };
};

/** A run with the epoch at which it is looked at. */
interface Placed {
  group: SelectedGroup;
  run: RunSummary;
  epoch: number;
}

/** Runs that have the moment, and what is said of it and of those that have not. */
async function placedRuns(
  { source, groups }: Material,
  { when }: Asks['overlap'],
): Promise<{ placed: Placed[]; told: string }> {
  const moment = readWhen(when, 'last');
  const placed: Placed[] = [];
  let without = 0;
  for (const group of groups)
    for (const run of summaries(group)) {
      const epoch = moment === 'last' ? run.epochsDone : epochAt(moment, await source.getRun(run.id));
      if (epoch === null) without++;
      else placed.push({ group, run, epoch });
    }
  const left = without === 0 ? '' : `; ${without} ${without === 1 ? 'run has' : 'runs have'} no such epoch`;
  return { placed, told: `${whenTitle(moment)}${left}` };
}

async function ofRuns(material: Material, asked: Asks['overlap']): Promise<MatrixPanel> {
  const { placed: runs, told: words } = await placedRuns(material, asked);
  const sets = runs.map(({ run, epoch }) => setOf(material, asked, run.id, epoch));
  const found = sets.length === 0 ? null : await overlapOf(material, asked, sets);
  const names = runs.map(({ group, run }) =>
    summaries(group).length === 1 ? group.label : `${group.label}, seed ${run.seed}`,
  );
  return {
    title: null,
    rows: { title: 'Run', names: names.map((name, index) => `${index + 1}  ${name}`) },
    columns: { title: 'Run', names: names.map((_, index) => String(index + 1)) },
    quantity: quantityOf(material, asked),
    cells: runs.map((_, row) =>
      runs.map((_other, column): MatrixCell | null =>
        found === null ? null : { mean: valueOf(found, asked, row, column), n: 1 },
      ),
    ),
    groups: material.groups.map(told),
    told: words,
  };
}

/** Means over all pairs of different runs, one of each group. */
async function ofGroups(material: Material, asked: Asks['overlap']): Promise<MatrixPanel> {
  const { placed, told: words } = await placedRuns(material, asked);
  const members = material.groups.map((group) =>
    placed.filter((one) => one.group === group).map(({ run }) => run),
  );
  const runs = placed.map(({ run }) => run);
  const found =
    runs.length === 0
      ? null
      : await overlapOf(
          material,
          asked,
          placed.map(({ run, epoch }) => setOf(material, asked, run.id, epoch)),
        );
  const places = new Map(runs.map(({ id }, place) => [id, place]));
  const cellOf = (one: readonly RunSummary[], other: readonly RunSummary[]): MatrixCell | null => {
    if (found === null) return null;
    const values = one.flatMap(({ id }) =>
      other
        .filter((twin) => twin.id !== id)
        .map((twin) => valueOf(found, asked, places.get(id) as number, places.get(twin.id) as number)),
    );
    if (values.length === 0) return null;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    // Within a group every pair is met from both of its sides.
    return { mean, n: one === other ? values.length / 2 : values.length };
  };
  const names = material.groups.map(({ label }) => label);
  return {
    title: null,
    rows: { title: 'Group', names: names.map((name, index) => `${index + 1}  ${name}`) },
    columns: { title: 'Group', names: names.map((_, index) => String(index + 1)) },
    quantity: quantityOf(material, asked),
    cells: members.map((one) => members.map((other) => cellOf(one, other))),
    groups: material.groups.map(told),
    told: words,
  };
}

/** Of each group a matrix of epochs: what its runs keep of their own weights, means over the runs. */
async function ofEpochs(material: Material, asked: Asks['overlap']): Promise<MatrixPanel[]> {
  const panels: MatrixPanel[] = [];
  for (const group of material.groups) {
    const runs = summaries(group);
    const last = Math.min(...runs.map(({ epochsDone }) => epochsDone));
    const epochs = asked.epochs.length > 0 ? asked.epochs : spacedEpochs(last, MOST_EPOCHS);
    const found: Overlap[] = [];
    for (const { id } of runs)
      found.push(
        await overlapOf(
          material,
          asked,
          epochs.map((epoch) => setOf(material, asked, id, epoch)),
        ),
      );
    panels.push({
      title: group.label,
      rows: { title: 'Epoch', names: epochs.map(String) },
      columns: { title: 'Epoch', names: epochs.map(String) },
      quantity: quantityOf(material, asked),
      cells: epochs.map((_, row) =>
        epochs.map((_other, column) => ({
          mean: found.reduce((sum, one) => sum + valueOf(one, asked, row, column), 0) / found.length,
          n: found.length,
        })),
      ),
      groups: [told(group)],
    });
  }
  return panels;
}
