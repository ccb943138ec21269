import { expect, test } from 'vitest';
import { windowOf } from '../../../../../main/trainer/data/streams/fit.ts';

/** Lengths after torchvision's Resize(resize), and first row and column of its CenterCrop(size), worked out by hand. */
const cases = [
  { height: 375, width: 500, size: 224, resize: 256, scaled: [256, 341], offset: [16, 58] },
  // 256 × 505 / 375 = 344.7: what is over is dropped.
  { height: 375, width: 505, size: 224, resize: 256, scaled: [256, 344], offset: [16, 60] },
  { height: 500, width: 375, size: 224, resize: 256, scaled: [341, 256], offset: [58, 16] },
  { height: 64, width: 64, size: 64, resize: 64, scaled: [64, 64], offset: [0, 0] },
  // 0.5 rounds to 0, 1.5 to 2, 2.5 to 2: to the even number.
  { height: 33, width: 33, size: 32, resize: 33, scaled: [33, 33], offset: [0, 0] },
  { height: 35, width: 37, size: 32, resize: 35, scaled: [35, 37], offset: [2, 2] },
  { height: 10, width: 1000, size: 4, resize: 5, scaled: [5, 500], offset: [0, 248] },
];

test.each(cases)('a picture of $height × $width', ({ height, width, size, resize, scaled, offset }) => {
  const window = windowOf(height, width, { size, resize, channels: 3 });
  expect(window.offset).toEqual(offset);
  expect(window.size).toEqual([size, size]);
  expect(window.scale[0] * height).toBeCloseTo(scaled[0]!, 9);
  expect(window.scale[1] * width).toBeCloseTo(scaled[1]!, 9);
});
