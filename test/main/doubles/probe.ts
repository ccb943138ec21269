import type { Probe } from '../../../main/trainer/scoring/probe.ts';

/** For criteria that ask nothing of the network beside its weights: an answer would be a mistake. */
export const unusedProbe = new Proxy({} as Probe, {
  get: (_probe, question) => () => {
    throw new Error(`The probe was asked for ${String(question)}.`);
  },
});
