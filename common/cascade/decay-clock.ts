import type { NamedOptions } from '../run-specification.ts';

/**
 * The decay clock: how a weight that gets no gradient from the loss shrinks under weight decay alone (Azarian & Porikli,
 * arXiv 2103.10629, where this decay is what sheds weights). The optimizer's own rule is followed step by step on one
 * weight, as in PyTorch, with decay λ coupled to the gradient: g = λ·w.
 */

export interface DecaySetting {
  /** {name: 'sgd', momentum, weightDecay} or {name: 'adam', beta1, beta2, epsilon, weightDecay}, as a specification has them. */
  optimizer: NamedOptions;
  /** Optimizer steps in an epoch. */
  stepsPerEpoch: number;
  /** |w| at the start; taken as 1 where it is 0. Under SGD the factors do not depend on it; under Adam they do. */
  magnitude: number;
}

/**
 * |w| after each epoch ÷ |w| at the start, for a learning rate per epoch. 1 throughout for an optimizer without decay,
 * or of another name. The optimizer starts afresh (no momentum, Adam's bias correction at step 1): a real run's
 * remnants of gradients are forgotten within about 1/(1 − μ), or 1/(1 − β₂), steps.
 */
export function freeDecay(setting: DecaySetting & { rates: readonly number[] }): number[] {
  const step = follower(setting.optimizer);
  const { stepsPerEpoch, rates } = setting;
  if (step === null) return rates.map(() => 1);
  const magnitude = setting.magnitude || 1;
  let weight = magnitude;
  return rates.map((rate) => {
    for (let i = 0; i < stepsPerEpoch; i++) weight = step(weight, rate);
    return Math.abs(weight) / magnitude;
  });
}

/** Past this many steps a weight is said not to shrink. */
const MOST_STEPS = 20_000_000;

/**
 * Epochs in which the weight shrinks to a tenth at a constant rate; Infinity when it never does. For SGD from the
 * exact rate of the recurrence, which for small ηλ is ln 10 · (1 − μ) / (ηλ · steps per epoch).
 */
export function epochsPerTenfold(setting: DecaySetting & { rate: number }): number {
  const { optimizer, rate, stepsPerEpoch } = setting;
  if (optimizer.name === 'sgd') {
    const perStep = decayPerStep(
      rate,
      decayOf(optimizer),
      option(optimizer, 'momentum', 0.9),
      optimizer['nesterov'] === true,
    );
    return perStep < 1 ? Math.LN10 / -Math.log(perStep) / stepsPerEpoch : Infinity;
  }
  if (optimizer.name === 'adamw') {
    const shrinks = rate * decayOf(optimizer);
    return shrinks > 0 ? Math.LN10 / -Math.log(1 - shrinks) / stepsPerEpoch : Infinity;
  }
  const step = follower(optimizer);
  if (step === null || rate <= 0) return Infinity;
  const magnitude = setting.magnitude || 1;
  let weight = magnitude;
  for (let steps = 1; steps <= MOST_STEPS; steps++) {
    weight = step(weight, rate);
    if (Math.abs(weight) <= magnitude / 10) return steps / stepsPerEpoch;
  }
  return Infinity;
}

/**
 * Factor by which SGD with momentum shrinks a free weight in one step, once the start is forgotten: the larger root of
 * r² − (1 + μ − ηλ)·r + μ = 0, to which v ← μ·v + λ·w, w ← w − η·v comes down. About exp(−ηλ/(1 − μ)) for small ηλ; √μ
 * where the roots are complex and the weight swings about zero. With Nesterov's momentum the polynomial is
 * r² − (1 + μ)(1 − ηλ)·r + μ(1 − ηλ).
 */
export function decayPerStep(rate: number, weightDecay: number, momentum: number, nesterov = false): number {
  const pull = rate * weightDecay;
  if (nesterov) {
    const sum = (1 + momentum) * (1 - pull);
    const product = momentum * (1 - pull);
    const discriminant = sum * sum - 4 * product;
    if (discriminant < 0) return Math.sqrt(product);
    return 1 - (2 * pull) / (1 - momentum + pull * (1 + momentum) + Math.sqrt(discriminant));
  }
  const sum = 1 + momentum - pull;
  const discriminant = sum * sum - 4 * momentum;
  if (discriminant < 0) return Math.sqrt(momentum);
  const root = Math.sqrt(discriminant);
  if (sum < 0) return (root - sum) / 2;
  // 1 − r written without the difference of near-equal numbers, so that no decay gives 1 exactly.
  return 1 - (2 * pull) / (1 - momentum + pull + root);
}

/** One optimizer step on a lone weight, with the optimizer's state held inside; null where nothing decays. */
function follower(optimizer: NamedOptions): ((weight: number, rate: number) => number) | null {
  const decay = decayOf(optimizer);
  if (decay === 0) return null;
  switch (optimizer.name) {
    case 'sgd': {
      const momentum = option(optimizer, 'momentum', 0.9);
      const nesterov = optimizer['nesterov'] === true;
      let velocity = 0;
      return (weight, rate) => {
        const gradient = decay * weight;
        velocity = momentum * velocity + gradient;
        return weight - rate * (nesterov ? gradient + momentum * velocity : velocity);
      };
    }
    case 'adamw':
      return (weight, rate) => weight * (1 - rate * decay);
    case 'adam': {
      const beta1 = option(optimizer, 'beta1', 0.9);
      const beta2 = option(optimizer, 'beta2', 0.999);
      const epsilon = option(optimizer, 'epsilon', 1e-8);
      let [first, second, power1, power2] = [0, 0, 1, 1];
      return (weight, rate) => {
        const gradient = decay * weight;
        first = beta1 * first + (1 - beta1) * gradient;
        second = beta2 * second + (1 - beta2) * gradient * gradient;
        power1 *= beta1;
        power2 *= beta2;
        return weight - (rate * (first / (1 - power1))) / (Math.sqrt(second / (1 - power2)) + epsilon);
      };
    }
    default:
      return null;
  }
}

/** λ of an optimizer, with its own default. */
function decayOf(optimizer: NamedOptions): number {
  return option(optimizer, 'weightDecay', optimizer.name === 'adamw' ? 0.01 : 0);
}

function option(optimizer: NamedOptions, name: string, standard: number): number {
  const value = optimizer[name];
  return typeof value === 'number' ? value : standard;
}
