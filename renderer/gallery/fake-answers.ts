import { encodePredictions } from '../../common/codec/predictions.ts';
import type { ClassEpoch, EpochSummary } from '../../common/contract/schemas.ts';
import type { Moment } from '../../common/records.ts';
import { noise, PRUNED_AT } from './simulation.ts';

/** Made-up answers: every class is as good as the network, some a little worse. */
const CLASSES = 10;
const EACH = 1000;

/** @param salt makes other classes worse */
export function classesOf({ epoch, testAccuracy }: EpochSummary, salt: number): ClassEpoch {
  return {
    epoch,
    examples: Array.from({ length: CLASSES }, () => EACH),
    correct: Array.from({ length: CLASSES }, (_, index) =>
      Math.round(EACH * testAccuracy * (1 - 0.03 * noise(index, 5, salt))),
    ),
  };
}

/** A pruning turns some right answers into wrong ones; most come back with the training. */
export function predictionsOf(epoch: number, moment: Moment): Uint8Array<ArrayBuffer> {
  const count = 400;
  const cut = moment === 'epoch' && epoch === PRUNED_AT;
  const labels = Uint16Array.from({ length: count }, (_, image) => image % CLASSES);
  const margins = Float32Array.from(labels, (_, image) =>
    Math.max(-2, 6 * noise(image, 8) + noise(image, epoch) - (cut ? 1.6 : 0.8)),
  );
  const predicted = labels.map((label, image) => (margins[image]! > 0 ? label : (label + 3) % CLASSES));
  return encodePredictions({ epoch, moment }, { labels, predicted, margins });
}
