/** An exponential moving average that begins without a bias to 0 (as Adam's); gaps stay gaps. @param weight 0 … 1 of what was before */
export function smoothed(values: ArrayLike<number>, weight: number): Float64Array<ArrayBuffer> {
  const result = new Float64Array(values.length);
  let [sum, all] = [0, 0];
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    if (Number.isNaN(value)) {
      result[index] = NaN;
      continue;
    }
    sum = weight * sum + (1 - weight) * value;
    all = weight * all + (1 - weight);
    result[index] = sum / all;
  }
  return result;
}
