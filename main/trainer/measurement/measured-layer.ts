import type { LayerInertness } from './inert/inert.ts';
import type { PrunableLayer } from '../../../common/network.ts';
import type { ChannelMotion } from './free-motion.ts';

/** A layer after an epoch, and what the states of its weights follow from. */
export interface MeasuredLayer {
  layer: PrunableLayer;
  /** The kernel with its mask applied. */
  weights: Float32Array;
  /** 1 where kept: the only source of 'pruned', which is never inferred from a zero weight. */
  mask: Uint8Array;
  inertness: LayerInertness;
  /** Absolute thresholds of this layer, in the ladder's order. */
  thresholds: Float32Array;
  /** Batch norm's γ and β behind this layer's channels, where there are any. */
  gamma: Float32Array | null;
  beta: Float32Array | null;
  /** How its channels moved over the epoch; null where there was none. */
  motion: ChannelMotion | null;
}
