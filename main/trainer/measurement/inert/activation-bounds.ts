import type { Activation } from '../../../../common/network.ts';

/**
 * What activations make of intervals. Each holds for float32 in whatever order an engine computes it, and gives exact
 * zeros only where the engine does. A bound that is no number stays none, and proves nothing.
 */
export interface ActivationRule {
  /** Lowest and highest output for inputs from `low` to `high`. */
  range(low: number, high: number): [low: number, high: number];
  /** Whether all inputs from `low` to `high` give the same output, to the bit. */
  constant(low: number, high: number): boolean;
}

/** Relative error that float32 may make in an activation: some tens of roundings. */
const SLACK = 2 ** -18;

const clamp = (x: number, least: number, most: number): number => Math.min(Math.max(x, least), most);
const never = (): boolean => false;
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const hardSigmoid = (x: number): number => clamp(x + 3, 0, 6) / 6;
/** Written so that minus infinity gives its limit, zero. */
const hardSwish = (x: number): number => (x <= -3 ? 0 : x * hardSigmoid(x));
const swish = (x: number): number => (x === -Infinity ? 0 : x * sigmoid(x));

/** Where swish is least: 1 + x · (1 − sigmoid(x)) = 0. */
const SWISH_BOTTOM = -1.2784645427610738;

/** Extremes of a function that falls up to `bottom` and rises from there: the greatest is at an end. */
function valley(of: (x: number) => number, bottom: number): (low: number, high: number) => [number, number] {
  return (low, high) => [of(clamp(bottom, low, high)), Math.max(of(low), of(high))];
}

/** Widened by as much at each end as float32 can miss it by; zero stays zero. */
const widened = ([low, high]: [number, number]): [number, number] => [
  low - SLACK * Math.abs(low),
  high + SLACK * Math.abs(high),
];

export const activationRules: Record<Activation, ActivationRule> = {
  relu: {
    range: (low, high) => [Math.max(low, 0), Math.max(high, 0)],
    constant: (_low, high) => high <= 0,
  },
  relu6: {
    range: (low, high) => [clamp(low, 0, 6), clamp(high, 0, 6)],
    constant: (low, high) => high <= 0 || low >= 6,
  },
  /** relu6(x + 3) / 6 (Howard et al., arXiv 1905.02244). */
  'hard-sigmoid': {
    range: (low, high) => widened([hardSigmoid(low), hardSigmoid(high)]),
    constant: (low, high) => high <= -3 || low >= 3,
  },
  /** x · relu6(x + 3) / 6 (ibid.): least at −1.5, and zero up to −3. */
  'hard-swish': {
    range: (low, high) => widened(valley(hardSwish, -1.5)(low, high)),
    constant: (_low, high) => high <= -3,
  },
  /** Engines approximate it, with an absolute error far from zero: it is never proved constant. */
  sigmoid: {
    range: (low, high) => [sigmoid(low) - SLACK, sigmoid(high) + SLACK],
    constant: never,
  },
  /** x · sigmoid(x) (Ramachandran et al., arXiv 1710.05941). */
  swish: {
    range(low, high) {
      const [least, most] = valley(swish, SWISH_BOTTOM)(low, high);
      const slack = SLACK * Math.max(Math.abs(low), Math.abs(high));
      return [least - slack, most + slack];
    },
    constant: never,
  },
};
