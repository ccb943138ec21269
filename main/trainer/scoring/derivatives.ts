/** A chosen layer's mask, 1 where kept: within the rounds of one pruning it is ahead of the one in force. */
export interface LayerMask {
  name: string;
  mask: Uint8Array;
}

/**
 * Which training examples a gradient is a mean over: so many of all, or of each class (all of them where there are
 * fewer), drawn without replacement, plain (no augmentation). They go through the network in batches, by whose own
 * statistics batch norm normalises.
 */
export interface ScoringExamples {
  count: { total: number } | { perClass: number };
  /** Examples that go through the network at once; the last batch may be smaller. */
  batchSize: number;
}

/**
 * What a criterion may learn of the network beside its weights and masks; computed when it is asked for, in float64.
 * Derivatives are by the layer's name, flattened as its kernel, of every layer of the network, and zero at pruned
 * weights. A layer that `masks` leaves out keeps the mask in force.
 */
export interface Derivatives {
  /** |γ| of the batch norm behind each output channel of a layer; null where none follows it at once. */
  normScales(layer: string): Float32Array | null;
  /** ∂L/∂w of the mean cross-entropy L over the examples, batch norm in training mode. */
  lossGradients(examples: ScoringExamples, masks: readonly LayerMask[]): Map<string, Float64Array>;
  /**
   * H·g: the Hessian of L with respect to all kernels, times its gradient g, where L is the mean cross-entropy of
   * softmax(logits / temperature).
   */
  hessianGradient(
    examples: ScoringExamples,
    temperature: number,
    masks: readonly LayerMask[],
  ): Map<string, Float64Array>;
  /**
   * ∂R/∂|w| of the synaptic flow R: the sum of the logits of the network whose parameters are all replaced by their
   * magnitudes, for one image of ones, through activations and gates that do not saturate.
   */
  synapticFlow(masks: readonly LayerMask[]): Map<string, Float64Array>;
}
