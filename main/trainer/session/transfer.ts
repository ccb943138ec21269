import type { CheckpointImage, EpochRecord } from '../../../common/records.ts';

/** The buffers of a record that can change threads without being copied. */
export function buffersOf(record: EpochRecord, checkpoint: CheckpointImage | null): ArrayBuffer[] {
  const views = [
    ...record.layers.flatMap((layer) => [layer.planes, layer.channels]),
    record.classes.examples,
    record.classes.correct,
    ...record.predictions.flatMap(({ labels, predicted, margins }) => [labels, predicted, margins]),
    ...(checkpoint ? [checkpoint.bytes] : []),
  ];
  return [...new Set(views.map(({ buffer }) => buffer))].filter((buffer) => buffer instanceof ArrayBuffer);
}
