import type { Measured } from '../records.ts';
import { defineMeasure, type KernelState, type LayerPart, type Measure, type Reckoning } from './measure.ts';
import { stored } from './stored.ts';

/**
 * A measure that brings how it is reckoned. It is stored by its id with every epoch, and told of epochs and layers: null where
 * a version before it recorded the epoch.
 */
export function defineReckonedMeasure<const Id extends string>(
  measure: Omit<Measure, 'epoch' | 'layer' | 'class' | 'run' | 'each' | 'stored'> & {
    id: Id;
    reckoning: Reckoning;
  },
): Measure & { readonly id: Id } {
  return defineMeasure({
    ...measure,
    stored: {
      epoch: stored(`(epoch.measured ->> '$.${measure.id}')`),
      layer: stored(`(layer_epoch.measured ->> '$.${measure.id}')`),
    },
    epoch: ({ epoch }) => epoch.measured[measure.id] ?? null,
    layer: ({ layer }) => layer.measured[measure.id] ?? null,
  });
}

/** The mean of the layers' numbers over the kept weights; null where none is kept. */
export function meanOverKept(layers: readonly LayerPart[]): number | null {
  let [sum, all] = [0, 0];
  for (const { value, kept } of layers) {
    if (value === null) continue;
    sum += value * kept;
    all += kept;
  }
  return all === 0 ? null : sum / all;
}

/** The largest of the layers' numbers; null where none has one. */
export function largestOf(layers: readonly LayerPart[]): number | null {
  return layers.reduce<number | null>(
    (most, { value }) => (value === null || (most !== null && most >= value) ? most : value),
    null,
  );
}

type Reckoned = Measure & { reckoning: Reckoning };

/** The numbers of a kernel, by the ids of the measures. */
export function reckonKernel(measures: readonly Reckoned[], state: KernelState): Measured {
  return Object.fromEntries(measures.map(({ id, reckoning }) => [id, reckoning.kernel(state)]));
}

/** The numbers of the network, likewise. */
export function reckonNetwork(
  measures: readonly Reckoned[],
  layers: readonly (Omit<LayerPart, 'value'> & { measured: Measured })[],
): Measured {
  return Object.fromEntries(
    measures.map(({ id, reckoning }) => [
      id,
      reckoning.network(
        layers.map(({ weights, kept, measured }) => ({ weights, kept, value: measured[id] ?? null })),
      ),
    ]),
  );
}
