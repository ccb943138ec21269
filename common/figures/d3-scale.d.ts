/** What figures use of d3-scale, which brings no types. */
declare module 'd3-scale' {
  interface Continuous {
    (value: number): number;
    domain(): number[];
    nice(count?: number): this;
    ticks(count?: number): number[];
    tickFormat(count?: number, specifier?: string): (value: number) => string;
  }
  export function scaleLinear(domain: readonly number[], range: readonly number[]): Continuous;
  export function scaleLog(domain: readonly number[], range: readonly number[]): Continuous;
  export function scaleSymlog(
    domain: readonly number[],
    range: readonly number[],
  ): Continuous & { constant(constant: number): Continuous };
}
