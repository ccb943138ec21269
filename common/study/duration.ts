import * as z from 'zod';
import { wording } from './wording.ts';

/** A length of training, or a moment in it: epochs as a number, optimizer steps as '500it' (open_lth's notation). */
export type Duration = number | `${number}it`;

const MOST_EPOCHS = 100_000;

/** Schema of a duration of at least `minimum` epochs or steps. '10ep' is read as 10, so that both are one specification. */
export function duration(minimum: number) {
  return z
    .union([
      z.int().min(minimum).max(MOST_EPOCHS),
      z
        .string()
        .regex(/^\s*[0-9]{1,9}\s*(ep|it)\s*$/)
        .refine((text) => Number.parseInt(text, 10) >= minimum)
        .transform((text): Duration => {
          const count = Number.parseInt(text, 10);
          return text.trim().endsWith('it') ? `${count}it` : count;
        }),
    ])
    .register(wording, {
      allowed: `a whole number of epochs from ${minimum} to ${MOST_EPOCHS}, or of optimizer steps, such as 500it`,
    });
}

/** Optimizer steps of a duration. */
export function stepsOf(length: Duration, stepsPerEpoch: number): number {
  return typeof length === 'number' ? length * stepsPerEpoch : Number.parseInt(length, 10);
}
