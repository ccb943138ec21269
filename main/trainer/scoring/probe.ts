/** What a criterion may learn of the network beside its weights and masks; computed when it is asked for. */
export interface Probe {
  /** |γ| of the batch norm behind each output channel of a layer; null where none follows it at once. */
  normScales(layer: string): Float32Array | null;
}
