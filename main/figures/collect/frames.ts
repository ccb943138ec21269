import {
  composeChannels,
  WEIGHT_STATES,
  ACTIVE,
  FREED,
  INERT,
  PRUNED,
  SHED,
} from '../../../common/cascade/composition.ts';
import { freedChannels } from '../../../common/cascade/freed.ts';
import { decodeChannelFrame } from '../../../common/codec/channel-frames.ts';
import { decodeFrame } from '../../../common/codec/frames.ts';
import { readCurves } from '../../../common/contract/read-curves.ts';
import type { RunSummary } from '../../../common/contract/schemas.ts';
import { CascadeError } from '../../../common/errors.ts';
import type { Asks, FilmLayer, Filmstrip, Frame } from '../../../common/figures/data.ts';
import type { PrunableLayer } from '../../../common/network.ts';
import { planeBytes, planeNames, type ChannelTable } from '../../../common/records.ts';
import { spacedEpochs } from './epochs.ts';
import { lookOf, type Material } from './material.ts';
import { chosenLayers, layersOf } from './network.ts';

const MOST_ROWS = 8;
const USUAL_EPOCHS = 5;
/** Squares of a frame at most: more would be a file that no viewer opens quickly, and too small to be seen. */
const MOST_SQUARES = 4000;

const STATES = WEIGHT_STATES.length;

/** States of channels, or of the weights of a layer, after chosen epochs: a row for each run. */
export async function collectFrames(material: Material, asked: Asks['frames']): Promise<Filmstrip> {
  const { source, figure, groups } = material;
  const rows = groups.flatMap((group) => {
    const runs = group.points.flatMap((point) => point.runs);
    return runs.map((run) => ({
      run,
      group: {
        ...lookOf(group),
        label: runs.length === 1 ? group.label : `${group.label}, seed ${run.seed}`,
        n: 1,
        runs: [run.id],
      },
    }));
  });
  if (rows.length > MOST_ROWS)
    throw new CascadeError(
      'INVALID',
      `A filmstrip has ${MOST_ROWS} runs at most, not ${rows.length}: choose fewer by the query, such as seed = 1.`,
    );
  const all = await layersOf(
    source,
    rows.map(({ run }) => run.id),
  );
  const layers = asked.view === 'weights' ? chosenLayers(all, [asked.layer ?? all[0]?.name ?? '']) : all;
  const squares =
    asked.view === 'weights'
      ? { of: 'weights' as const, each: weightSide(layers[0]) }
      : { of: 'channels' as const, each: channelsEach(layers) };
  const last = Math.min(...rows.map(({ run }) => run.epochsDone));
  const epochs =
    asked.epochs.length > 0 ? [...asked.epochs] : rows.length === 0 ? [] : spacedEpochs(last, USUAL_EPOCHS);
  const accuracies = await accuraciesOf(
    material,
    rows.map(({ run }) => run.id),
  );
  const film: Filmstrip['rows'][number][] = [];
  for (const { run, group } of rows) {
    const frames: (Frame | null)[] = [];
    for (const epoch of epochs)
      frames.push(
        epoch > run.epochsDone || (run.epochsDone === 0 && run.states === null)
          ? null
          : {
              epoch,
              accuracy: accuracies(run.id, epoch),
              states:
                asked.view === 'weights'
                  ? [await weightStates(material, run, epoch, layers[0] as PrunableLayer, squares.each)]
                  : await channelStates(material, run, epoch, layers, squares.each),
            },
      );
    film.push({ ...group, frames });
  }
  return {
    squares,
    layer: asked.view === 'weights' ? (layers[0]?.name ?? null) : null,
    threshold: figure.threshold,
    layers: layers.map((layer) => filmLayer(layer, squares)),
    rows: film,
    epochs,
  };
}

/** The longer side lies across, as in the window. */
function matrixOf({ weights, outputChannels }: PrunableLayer) {
  const rows = Math.ceil(weights / outputChannels);
  return rows > outputChannels
    ? { across: rows, down: outputChannels, turned: true }
    : { across: outputChannels, down: rows, turned: false };
}

function filmLayer(layer: PrunableLayer, { of, each }: Filmstrip['squares']): FilmLayer {
  if (of === 'channels')
    return { name: layer.name, squares: Math.ceil(layer.outputChannels / each), columns: null };
  const { across, down } = matrixOf(layer);
  const columns = Math.ceil(across / each);
  return { name: layer.name, squares: columns * Math.ceil(down / each), columns };
}

function channelsEach(layers: readonly PrunableLayer[]): number {
  const channels = layers.reduce((sum, { outputChannels }) => sum + outputChannels, 0);
  return Math.max(1, Math.ceil(channels / MOST_SQUARES));
}

function weightSide(layer: PrunableLayer | undefined): number {
  return layer === undefined ? 1 : Math.max(1, Math.ceil(Math.sqrt(layer.weights / MOST_SQUARES)));
}

async function channelStates(
  { source, figure, signal }: Material,
  run: RunSummary,
  epoch: number,
  layers: readonly PrunableLayer[],
  each: number,
): Promise<number[][]> {
  const frame = await source.channels(
    run.id,
    { from: epoch, to: epoch, threshold: figure.threshold },
    signal,
  );
  const tables = decodeChannelFrame(frame).epochs.get(epoch);
  return layers.map((layer) => {
    const table = tables?.get(layer.name);
    if (table === undefined)
      throw new CascadeError(
        'INVALID',
        `The run ${run.id} has no layer '${layer.name}': a filmstrip is of runs of one network.`,
      );
    return squaresOf(table, layer, each);
  });
}

/** Shares of states of so many channels together, one square after another. */
function squaresOf(table: ChannelTable, { weights }: PrunableLayer, each: number): number[] {
  const { channels } = table;
  const shares = composeChannels(table, 0, weights / channels, freedChannels(table));
  const squares: number[] = [];
  for (let first = 0; first < channels; first += each) {
    const past = Math.min(channels, first + each);
    for (let state = 0; state < STATES; state++) {
      let sum = 0;
      for (let channel = first; channel < past; channel++)
        sum += shares[state * channels + channel] as number;
      squares.push(rounded(sum / (past - first)));
    }
  }
  return squares;
}

async function weightStates(
  { source, figure, signal }: Material,
  run: RunSummary,
  epoch: number,
  layer: PrunableLayer,
  side: number,
): Promise<number[]> {
  const [pruned = '', inert = '', shed = ''] = planeNames([figure.threshold]);
  const [frame, channels] = await Promise.all([
    source.planes(run.id, epoch, layer.name, [pruned, inert, shed], signal),
    source.channels(run.id, { from: epoch, to: epoch, threshold: figure.threshold }, signal),
  ]);
  const { header, body } = decodeFrame('planes', frame);
  const size = planeBytes(header.weights);
  const isSet = (plane: number, weight: number): boolean =>
    ((body[plane * size + (weight >> 3)] as number) & (1 << (weight & 7))) !== 0;
  const table = decodeChannelFrame(channels).epochs.get(epoch)?.get(layer.name);
  const freed = table === undefined ? new Uint8Array(layer.outputChannels) : freedChannels(table);
  const columns = layer.outputChannels;
  const { across, down, turned } = matrixOf(layer);
  const squares: number[] = [];
  for (let top = 0; top < down; top += side)
    for (let left = 0; left < across; left += side) {
      const counts = new Array<number>(STATES).fill(0);
      let all = 0;
      for (let y = top; y < Math.min(down, top + side); y++)
        for (let x = left; x < Math.min(across, left + side); x++) {
          const [row, column] = turned ? [x, y] : [y, x];
          const weight = row * columns + column;
          if (weight >= layer.weights) continue;
          const state = isSet(0, weight)
            ? PRUNED
            : isSet(2, weight)
              ? SHED
              : isSet(1, weight)
                ? INERT
                : freed[column] === 1
                  ? FREED
                  : ACTIVE;
          counts[state] = (counts[state] ?? 0) + 1;
          all++;
        }
      squares.push(...counts.map((count) => (all === 0 ? 0 : rounded(count / all))));
    }
  return squares;
}

/** Shares to a millionth: channels of millions of weights have no more to tell, and the file stays small. */
const rounded = (share: number): number => Math.round(share * 1e6) / 1e6;

/** What share of the test images a run answers rightly after an epoch; null where it was not evaluated. */
async function accuraciesOf({ source, signal }: Material, runs: readonly string[]) {
  const found = new Map<string, number>();
  if (runs.length > 0) {
    const asked = { runs: [...runs], x: 'epoch' as const, measures: [{ id: 'testAccuracy', key: '' }] };
    const curves = await readCurves((one, options) => source.curves(one, options.signal), asked, signal);
    curves.run.forEach((place, at) => {
      const value = curves.values[0]?.[at] ?? NaN;
      if (Number.isFinite(value)) found.set(`${runs[place] ?? ''} ${curves.epoch[at] ?? 0}`, value);
    });
  }
  return (run: string, epoch: number): number | null => found.get(`${run} ${epoch}`) ?? null;
}
