import type { Derivatives } from '../../../main/trainer/scoring/derivatives.ts';

/** For criteria that ask nothing of the network beside its weights: an answer would be a mistake. */
export const unusedDerivatives = new Proxy({} as Derivatives, {
  get: (_probe, question) => () => {
    throw new Error(`The derivatives were asked for ${String(question)}.`);
  },
});
