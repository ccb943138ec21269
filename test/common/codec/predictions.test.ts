import { expect, test } from 'vitest';
import { encodeFrame } from '../../../common/codec/frames.ts';
import { decodePredictions, encodePredictions } from '../../../common/codec/predictions.ts';

test.each([0, 1, 2, 7, 1001])('predictions of %i images come back to the bit', (count) => {
  const predictions = {
    labels: Uint16Array.from({ length: count }, (_, image) => image % 3),
    predicted: Uint16Array.from({ length: count }, (_, image) => 65_535 - image),
    margins: Float32Array.from({ length: count }, (_, image) => (image % 5 === 4 ? Infinity : image - 0.1)),
  };
  const frame = encodePredictions({ epoch: 12, moment: 'before-pruning' }, predictions);
  expect(decodePredictions(frame.buffer)).toEqual({ epoch: 12, moment: 'before-pruning', ...predictions });
});

test('another frame is refused', () => {
  const frame = encodeFrame(
    { kind: 'planes', thresholds: [], planes: [], epoch: 0, layer: 'a', shape: [1], weights: 1 },
    Uint8Array.of(1),
  );
  expect(() => decodePredictions(frame.buffer)).toThrow('Expected a frame of predictions');
});
