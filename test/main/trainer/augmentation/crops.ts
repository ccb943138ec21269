/** torchvision's RandomResizedCrop.get_params, written out in plain numbers. */

export interface Crop {
  top: number;
  left: number;
  height: number;
  width: number;
}

export interface CropDraws {
  /** Uniform numbers of the ten attempts, and of the place. */
  areas: readonly number[];
  ratios: readonly number[];
  top: number;
  left: number;
}

export function cropOf(
  [height, width]: readonly [number, number],
  scale: readonly [number, number],
  ratio: readonly [number, number],
  draws: CropDraws,
): Crop & { attempt: number } {
  const between = (draw: number, [from, to]: readonly [number, number]): number => from + (to - from) * draw;
  for (const [attempt, draw] of draws.areas.entries()) {
    const area = height * width * between(draw, scale);
    const shape = Math.exp(between(draws.ratios[attempt]!, [Math.log(ratio[0]), Math.log(ratio[1])]));
    const [w, h] = [Math.round(Math.sqrt(area * shape)), Math.round(Math.sqrt(area / shape))];
    if (w > 0 && w <= width && h > 0 && h <= height)
      return {
        attempt,
        top: Math.floor(draws.top * (height - h + 1)),
        left: Math.floor(draws.left * (width - w + 1)),
        height: h,
        width: w,
      };
  }
  const whole = width / height;
  const w = whole > ratio[1] ? Math.round(height * ratio[1]) : width;
  const h = whole < ratio[0] ? Math.round(width / ratio[0]) : height;
  return {
    attempt: draws.areas.length,
    top: Math.floor((height - h) / 2),
    left: Math.floor((width - w) / 2),
    height: h,
    width: w,
  };
}
