import * as z from 'zod';
import type {
  WeightHistory,
  WeightHistoryAsked,
  WeightPlace,
} from '../../../common/contract/weight-schemas.ts';
import { CascadeError } from '../../../common/errors.ts';
import { isFreed } from '../../../common/cascade/freed.ts';
import { laterRow, planeCount, PRUNED_PLANE } from '../../../common/records.ts';
import { peekSafetensors } from '../../codec/safetensors.ts';
import type { PlaneWords } from '../../codec/plane-words.ts';
import { layersOf, type PlaneChains, type StoredLayer } from '../chains.ts';
import { decodeChannelTables } from '../channel-tables.ts';
import type { CheckpointFiles } from '../checkpoint-files.ts';
import { prepared, type Connection } from '../database.ts';
import { notFound } from '../errors.ts';
import type { FreeWeight, WeightState } from '../messages.ts';
import { checkpointsBetween, type OwnedCheckpoint } from './checkpoints.ts';
import { networkOf } from './network.ts';
import type { StoredRun } from './stored-run.ts';

/** Milliseconds after which an answer ends with what it has: the reader serves others too, and who asked may have left. */
const PATIENCE_MS = 60;

/** Where a weight is looked for. */
interface Place {
  layer: StoredLayer;
  /** The layer's parameter: the tensor's name in a checkpoint. */
  kernel: string;
  index: number;
}

/**
 * A weight's states and values over some epochs, as many as an answer has time for, one at least. Of each checkpoint only the header
 * and the weight's own bytes are read.
 *
 * @throws CascadeError NOT_FOUND where the run has no such layer or weight
 */
export function weightHistory(
  database: Connection,
  chains: PlaneChains,
  files: CheckpointFiles,
  run: StoredRun,
  { from, to, ...asked }: WeightHistoryAsked,
): WeightHistory {
  const until = performance.now() + PATIENCE_MS;
  const place = placeOf(database, run, asked);
  const epochs = prepared(
    database,
    'select epoch from planes where layer = ? and epoch between ? and ? order by epoch',
  )
    .pluck()
    .all(place.layer.id, from, to) as number[];
  const checkpoints = new Map(
    checkpointsBetween(database, run, from, to).map((checkpoint) => [checkpoint.epoch, checkpoint]),
  );
  const history: WeightHistory = {
    epochs: [],
    states: [],
    values: [],
    unreadable: [],
    sigma: null,
    next: null,
  };
  for (const epoch of epochs) {
    if (history.epochs.length > 0 && performance.now() > until) return { ...history, next: epoch };
    const words = chains.seekWords(place.layer, epoch, planeCount(run.labels.length));
    const checkpoint = checkpoints.get(epoch);
    const read = checkpoint ? readWeight(files, checkpoint, place) : null;
    if (checkpoint && read === null) history.unreadable.push(epoch);
    history.epochs.push(epoch);
    history.states.push(stateOf(words, place.index));
    history.values.push(read?.value ?? null);
    history.sigma = read?.sigma ?? history.sigma;
  }
  return history;
}

/**
 * A weight as the optimizer has it after an epoch, for following it alone: from the newest checkpoint up to there since which its
 * channel was freed over every epoch.
 *
 * @throws CascadeError NOT_FOUND where the run has no such layer, weight or epoch
 */
export function freeWeight(
  database: Connection,
  chains: PlaneChains,
  files: CheckpointFiles,
  run: StoredRun,
  epoch: number,
  asked: WeightPlace,
): FreeWeight {
  const place = placeOf(database, run, asked);
  const words = chains.seekWords(place.layer, epoch, planeCount(run.labels.length));
  if (stateOf(words, place.index) & (1 << PRUNED_PLANE)) return { none: 'pruned' };
  const checkpoints = checkpointsBetween(database, run, 0, epoch);
  for (let at = epoch; ; at -= 1) {
    const checkpoint = checkpoints.find((candidate) => candidate.epoch === at);
    const residual = residualOf(database, run, place, at);
    const freed = isFreed(residual);
    if (at === epoch && !freed) return { none: Number.isNaN(residual) ? 'unmeasured' : 'held' };
    const read = checkpoint ? readWeight(files, checkpoint, place) : null;
    if (read !== null) {
      const { value, slots, step } = read;
      return { none: null, state: { epoch: at, value, slots, step }, stepsPerEpoch: stepsOf(database, run) };
    }
    if (!freed || at === 0) return { none: 'no-checkpoint' };
  }
}

/** Optimizer steps of a whole epoch: as planned or, where an earlier version planned, the most that were recorded of one. */
function stepsOf(database: Connection, { number }: StoredRun): number | null {
  return prepared(
    database,
    `select coalesce(steps_per_epoch, (select nullif(max(steps), 0) from epochs where run = number))
     from runs where number = ?`,
  )
    .pluck()
    .get(number) as number | null;
}

function placeOf(database: Connection, run: StoredRun, { layer: name, index }: WeightPlace): Place {
  const layer = layersOf(database, run.number).find((candidate) => candidate.name === name);
  if (!layer) throw notFound(`layer '${name}' of the run ${run.id}`);
  if (index >= layer.weights)
    throw notFound(`weight ${index} of the layer '${name}', which has ${layer.weights}`);
  const kernel = networkOf(database, run)?.layers.find((described) => described.name === name)?.kernel;
  return { layer, kernel: kernel ?? name, index };
}

/** Bits of a weight in all planes: bit k is that of plane k. */
function stateOf({ words, stride, count }: PlaneWords, index: number): number {
  let state = 0;
  for (let plane = 0; plane < count; plane++)
    state |= ((words[plane * stride + (index >>> 5)]! >>> (index & 31)) & 1) << plane;
  return state;
}

/** How its channel moved over an epoch; NaN where that was not measured. @throws CascadeError NOT_FOUND for an epoch that is not stored */
function residualOf(database: Connection, run: StoredRun, { layer, index }: Place, epoch: number): number {
  const bytes = prepared(database, 'select bytes from channel_tables where run = ? and epoch = ?')
    .pluck()
    .get(run.number, epoch) as Uint8Array | undefined;
  if (bytes === undefined) throw notFound(`epoch ${epoch} of the run ${run.id}`);
  const layers = layersOf(database, run.number);
  const thresholds = run.labels.length;
  const residuals = decodeChannelTables(bytes, layers, thresholds, [laterRow('residual', thresholds)]);
  const before = layers.slice(
    0,
    layers.findIndex(({ id }) => id === layer.id),
  );
  const start = before.reduce((sum, { channels }) => sum + channels, 0);
  return residuals[start + (index % layer.channels)]!;
}

interface ReadWeight extends Omit<WeightState, 'epoch'> {
  sigma: number | null;
}

const SLOT = 'optimizer/';

/** Of where the run stood, what is told of a weight. */
const positionSchema = z.object({
  step: z.int().min(0),
  sigmas: z.record(z.string(), z.number()).nullable(),
});

/** Null where the file is missing or damaged, or has no such weight. */
function readWeight(
  files: CheckpointFiles,
  { owner, ...row }: OwnedCheckpoint,
  { layer, kernel, index }: Place,
): ReadWeight | null {
  try {
    return files.lookInto(owner, row, (source) => {
      const isSlot = (name: string): boolean => name.startsWith(SLOT) && name.endsWith(`/${kernel}`);
      const { metadata, tensors } = peekSafetensors(source, (name) => name === kernel || isSlot(name));
      const value = tensors.get(kernel)?.(index, index + 1)[0];
      if (value === undefined) return null;
      const slots: Record<string, number> = {};
      for (const [name, read] of tensors)
        if (name !== kernel) slots[name.slice(SLOT.length, -kernel.length - 1)] = read(index, index + 1)[0]!;
      const { step, sigmas } = positionSchema.parse(JSON.parse(metadata['position'] ?? '{}'));
      return { value, slots, step, sigma: sigmas?.[layer.name] ?? null };
    });
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  }
}

/** What a checkpoint throws that is not what was written. */
function isDamage(error: unknown): boolean {
  if (error instanceof SyntaxError || error instanceof z.ZodError) return true;
  return error instanceof CascadeError && error.code === 'BAD_SAFETENSORS';
}
