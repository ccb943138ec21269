/** Colours as pixels of ImageData (ABGR), in the order of WEIGHT_STATES, with what lies between the cells. */
export interface Palette {
  states: readonly number[];
  background: number;
  /** Outline of a hollow cell. */
  hollow: number;
}

/** `share` of one pixel over another, both opaque. */
export function mix(one: number, other: number, share: number): number {
  let pixel = 255 << 24;
  for (let shift = 0; shift < 24; shift += 8) {
    const value = ((one >> shift) & 255) * share + ((other >> shift) & 255) * (1 - share);
    pixel |= Math.round(value) << shift;
  }
  return pixel >>> 0;
}
