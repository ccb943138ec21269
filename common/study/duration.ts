import * as z from 'zod';
import { wording } from './wording.ts';

/** A length of training, or a moment in it: epochs as a number, optimizer steps as '500it' (open_lth's notation). */
export type Duration = number | `${number}it`;

const SENTENCE = "a whole number of epochs, such as 10 or '10ep', or of optimizer steps, such as '500it'";

/** Schema of a duration of at least `minimum` epochs or steps. '10ep' is read as 10, so that both are one specification. */
export function duration(minimum: number) {
  return z
    .union([
      z.int().min(minimum).max(100_000),
      z
        .string()
        .regex(/^\s*[0-9]{1,9}\s*(ep|it)\s*$/)
        .refine((text) => Number.parseInt(text, 10) >= minimum)
        .transform((text): Duration => {
          const count = Number.parseInt(text, 10);
          return text.trim().endsWith('it') ? `${count}it` : count;
        }),
    ])
    .register(wording, { allowed: minimum > 0 ? SENTENCE : `${SENTENCE}; 0 is the beginning` });
}

/** Optimizer steps of a duration. */
export function stepsOf(length: Duration, stepsPerEpoch: number): number {
  return typeof length === 'number' ? length * stepsPerEpoch : Number.parseInt(length, 10);
}
