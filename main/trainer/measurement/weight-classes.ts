import { kernelGroups } from './inert/kernel-groups.ts';
import type { MeasuredLayer } from './measured-layer.ts';

/**
 * A layer's weights sorted into classes, such that every state is a union of classes: a kept weight is in one class by
 * the number of thresholds that it does not exceed, and in another when it is inert besides; pruned weights are a class
 * of their own. One look at each weight then serves every state, plane and channel.
 */
export interface WeightClasses {
  /** Class of each weight, and how many classes there are. */
  of: Uint8Array;
  count: number;
  /** States as sets of classes: 1 for each class that belongs. `shed` in the order of the layer's thresholds. */
  pruned: Uint8Array;
  inert: Uint8Array;
  shed: Uint8Array[];
  /** Kept weights that are exactly zero. */
  zero: number;
  /** Sum of the squares of each output channel's kept weights. */
  squares: Float64Array;
}

/** A kept weight of zero is inert wherever it stands, and shed at every threshold: |w| ≤ τ. */
export function classifyWeights({
  layer,
  weights,
  mask,
  inertness,
  thresholds,
}: MeasuredLayer): WeightClasses {
  const channels = layer.outputChannels;
  const inputs = layer.inputChannels;
  const groups = kernelGroups(layer, inputs);
  const [read, made] = [inputs / groups, channels / groups];
  const { inputZero, outputBlocked } = inertness;
  const ladder = thresholds.toSorted().toReversed();
  const levels = ladder.length + 1;
  const prunedClass = 2 * levels;
  const largest = ladder[0] ?? -1;

  const of = new Uint8Array(weights.length);
  const squares = new Float64Array(channels);
  let zero = 0;
  for (let start = 0, row = 0; start < weights.length; start += channels, row++) {
    for (let group = 0; group < groups; group++) {
      const readsZero = inputZero[group * read + (row % read)]!;
      const end = (group + 1) * made;
      for (let channel = group * made; channel < end; channel++) {
        const index = start + channel;
        if (mask[index] === 0) {
          of[index] = prunedClass;
          continue;
        }
        const weight = weights[index]!;
        const magnitude = Math.abs(weight);
        squares[channel]! += weight * weight;
        let level = 0;
        // Most weights of a healthy layer exceed even the largest threshold, and most of a dying one not even the least.
        if (magnitude <= largest) {
          level = 1;
          while (level < ladder.length && magnitude <= ladder[level]!) level++;
        }
        let inert = outputBlocked[channel]! | readsZero;
        if (magnitude === 0) {
          zero++;
          inert = 1;
        }
        of[index] = inert ? level + levels : level;
      }
    }
  }

  const count = prunedClass + 1;
  const classes = (belongs: (number: number) => boolean): Uint8Array =>
    Uint8Array.from({ length: count }, (_, number) => (belongs(number) ? 1 : 0));
  return {
    of,
    count,
    pruned: classes((number) => number === prunedClass),
    inert: classes((number) => number >= levels && number < prunedClass),
    shed: Array.from(thresholds, (threshold) => {
      const place = ladder.indexOf(threshold);
      return classes((number) => number < prunedClass && number % levels > place);
    }),
    zero,
    squares,
  };
}
