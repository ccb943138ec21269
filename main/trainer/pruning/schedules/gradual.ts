import * as z from 'zod';
import { duration, stepsOf } from '../../../../common/study/duration.ts';
import { defineSchedule, type Schedule } from './schedule.ts';

/** Sparsity at a share of the way (0 … 1) from the initial sparsity to the final one. */
export type GradualShape = (initial: number, final: number, way: number) => number;

/**
 * A schedule that prunes little by little: at steps from, from + every, … until, along a shape. An update that would
 * prune nothing new is left out.
 */
export function gradual(entry: Pick<Schedule, 'name' | 'title' | 'source'>, shape: GradualShape): Schedule {
  const options = z.strictObject({
    name: z.literal(entry.name),
    from: duration(0).default(0).describe('When pruning begins: epochs, or optimizer steps such as 500it.'),
    until: duration(1).describe('When the whole sparsity is reached.'),
    every: duration(1).default(1).describe('Time between two prunings.'),
    initial: z.number().min(0).lt(1).default(0).describe('Sparsity of the first pruning.'),
  });
  return defineSchedule({
    ...entry,
    options,
    steps({ from, until, every, initial }, { stepsPerEpoch, sparsity }) {
      const [start, end, interval] = [from, until, every].map((length) => stepsOf(length, stepsPerEpoch)) as [
        number,
        number,
        number,
      ];
      const updates = Math.floor((end - start) / interval);
      let before = 0;
      return Array.from({ length: updates + 1 }, (_, update) => ({
        step: start + update * interval,
        sparsity: update === updates ? sparsity : shape(initial, sparsity, update / updates),
      })).filter((pruning) => {
        const prunes = pruning.sparsity > before;
        before = Math.max(before, pruning.sparsity);
        return prunes;
      });
    },
    refusal({ from, until, every, initial }, { steps, stepsPerEpoch, sparsity }) {
      const [start, end, interval] = [from, until, every].map((length) => stepsOf(length, stepsPerEpoch)) as [
        number,
        number,
        number,
      ];
      if (end > steps)
        return `pruning until step ${end} never ends: training has only ${steps} steps (${Math.ceil(steps / stepsPerEpoch)} epochs)`;
      if (start >= end) return 'pruning must begin before it ends: make from less than until';
      if ((end - start) % interval !== 0)
        return `the ${end - start} steps from the first pruning to the last are no multiple of the ${interval} between two: change every or until`;
      return initial >= sparsity ? `the initial sparsity must be below the final one, ${sparsity}` : null;
    },
  });
}
