import { countWithout, popcount } from '../../codec/planes.ts';
import { planeBytes, planeCount, PRUNED_PLANE, shedPlane } from '../../../common/records.ts';
import type { RunSpecification } from '../../../common/run-specification.ts';
import { thresholdLabel } from '../../../common/thresholds.ts';
import { layersOf, type StoredLayer } from '../chains.ts';
import { prepared, type Connection } from '../database.ts';
import { countKept, encodeKept, LARGE_NETWORK } from '../kept-counts.ts';
import type { PlaneWriter } from './planes.ts';

interface Side {
  number: number;
  thresholds: string[];
  layers: StoredLayer[];
}

/** A layer of a run and its planes after an epoch, and the same of a control. */
interface Pair {
  layer: StoredLayer;
  planes: Uint8Array;
  twin: StoredLayer;
  others: Uint8Array;
}

/** Over the weights that a run kept: see migration 0011. */
interface Counts {
  kept: number;
  shed: number[];
  /** Null at a threshold that the control does not measure. */
  controlShed: (number | null)[];
}

function sideOf(database: Connection, number: number): Side {
  const text = prepared(database, 'select specification from runs where number = ?').pluck().get(number);
  const { thresholds } = JSON.parse(String(text)) as RunSpecification;
  return { number, thresholds: thresholds.map(thresholdLabel), layers: layersOf(database, number) };
}

/**
 * Counts behind the cascade excess: over the weights that a run kept, how many are shed in it and how many of the
 * same in a control, by layer and threshold. Stored as soon as both have the epoch, whichever came last.
 */
export class ExcessWriter {
  readonly #database: Connection;
  readonly #planes: PlaneWriter;

  constructor(database: Connection, planes: PlaneWriter) {
    this.#database = database;
    this.#planes = planes;
  }

  /** After an epoch of `run` was stored: against its controls, and for every run that it controls. */
  afterEpoch(run: number, epoch: number): void {
    for (const control of this.#controlsOf(run))
      if (this.#has(control, epoch))
        this.#store(sideOf(this.#database, run), sideOf(this.#database, control), epoch);
    for (const number of this.#controlledBy(run))
      if (this.#has(number, epoch))
        this.#store(sideOf(this.#database, number), sideOf(this.#database, run), epoch);
  }

  /** After a run was given a control: every epoch that both have. */
  afterLink(run: number, control: number): void {
    const epochs = prepared(
      this.#database,
      'select epoch from epochs where run = ? intersect select epoch from epochs where run = ? order by epoch',
    )
      .pluck()
      .all(run, control) as number[];
    if (epochs.length === 0) return;
    const [one, other] = [sideOf(this.#database, run), sideOf(this.#database, control)];
    for (const epoch of epochs) this.#store(one, other, epoch);
  }

  /** After a run was given epochs of another: against its controls, and for every run that it controls. */
  afterAdoption(run: number): void {
    for (const control of this.#controlsOf(run)) this.afterLink(run, control);
    for (const number of this.#controlledBy(run)) this.afterLink(number, run);
  }

  #controlsOf(run: number): number[] {
    return prepared(
      this.#database,
      `select control from (
         select control from runs where number = :run union select previous_mask from runs where number = :run
       ) where control is not null`,
    )
      .pluck()
      .all({ run }) as number[];
  }

  #controlledBy(run: number): number[] {
    return prepared(this.#database, 'select number from runs where control = :run or previous_mask = :run')
      .pluck()
      .all({ run }) as number[];
  }

  #has(run: number, epoch: number): boolean {
    return (
      prepared(this.#database, 'select 1 from epochs where run = ? and epoch = ?').get(run, epoch) !==
      undefined
    );
  }

  #store(run: Side, control: Side, epoch: number): void {
    const byChannel = new Map<number, Float32Array>();
    const isLarge = control.layers.reduce((sum, { weights }) => sum + weights, 0) >= LARGE_NETWORK;
    // One pair of planes after another: those of all layers are too many to hold.
    const counted = run.layers.flatMap((layer) => {
      const pair = this.#pairOf(run, layer, control, epoch);
      if (pair === null) return [];
      if (isLarge) byChannel.set(pair.twin.id, countChannels(control, pair));
      return [{ layer: layer.id, ...countOf(run, control, pair) }];
    });
    if (counted.length === 0) return;
    const keepsAll = counted.every(({ kept }, index) => kept === run.layers[index]!.weights);
    if (byChannel.size === control.layers.length && !keepsAll)
      prepared(
        this.#database,
        'insert or replace into kept_counts (run, control, epoch, bytes) values (?, ?, ?, ?)',
      ).run(
        run.number,
        control.number,
        epoch,
        encodeKept(control.layers.map(({ id }) => byChannel.get(id)!)),
      );
    const insert = prepared(
      this.#database,
      `insert or replace into excess (run, control, epoch, layer, kept, shed, control_shed)
       values (?, ?, ?, ?, ?, ?, ?)`,
    );
    for (const { layer, ...counts } of counted)
      insert.run(run.number, control.number, epoch, layer, ...columnsOf(counts));
    prepared(
      this.#database,
      `insert or replace into excess_totals (run, control, epoch, kept, shed, control_shed)
       values (?, ?, ?, ?, ?, ?)`,
    ).run(run.number, control.number, epoch, ...columnsOf(totalOf(counted)));
  }

  /** Null where the control lacks the layer. */
  #pairOf(run: Side, layer: StoredLayer, control: Side, epoch: number): Pair | null {
    const twin = control.layers.find(({ name, weights }) => name === layer.name && weights === layer.weights);
    if (!twin) return null;
    const planes = this.#planes.read(layer, epoch, planeCount(run.thresholds.length));
    return {
      layer,
      planes,
      twin,
      others: this.#planes.read(twin, epoch, planeCount(control.thresholds.length)),
    };
  }
}

function planeOf(stack: Uint8Array, { weights }: StoredLayer, index: number): Uint8Array {
  const size = planeBytes(weights);
  return stack.subarray(index * size, (index + 1) * size);
}

function countOf(run: Side, control: Side, { layer, planes, others }: Pair): Counts {
  const pruned = planeOf(planes, layer, PRUNED_PLANE);
  return {
    kept: layer.weights - popcount(pruned),
    shed: run.thresholds.map((_, threshold) =>
      countWithout(planeOf(planes, layer, shedPlane(threshold)), pruned),
    ),
    controlShed: run.thresholds.map((label) => {
      const threshold = control.thresholds.indexOf(label);
      return threshold < 0 ? null : countWithout(planeOf(others, layer, shedPlane(threshold)), pruned);
    }),
  };
}

function countChannels(control: Side, { layer, planes, twin, others }: Pair): Float32Array {
  const pruned = planeOf(planes, layer, PRUNED_PLANE);
  return countKept(twin, others, pruned, [...control.thresholds.keys()]);
}

function totalOf(layers: readonly Counts[]): Counts {
  const sum = (values: readonly number[]): number => values.reduce((one, other) => one + other, 0);
  const { shed } = layers[0]!;
  return {
    kept: sum(layers.map(({ kept }) => kept)),
    shed: shed.map((_, threshold) => sum(layers.map((layer) => layer.shed[threshold]!))),
    controlShed: shed.map((_, threshold) => {
      const counts = layers.map(({ controlShed }) => controlShed[threshold]!);
      return counts.every((count) => count !== null) ? sum(counts) : null;
    }),
  };
}

function columnsOf({ kept, shed, controlShed }: Counts): [number, string, string] {
  return [kept, JSON.stringify(shed), JSON.stringify(controlShed)];
}
