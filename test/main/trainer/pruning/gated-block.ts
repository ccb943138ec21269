/**
 * An inverted residual of six channels with a squeeze-and-excite gate, as MobileNetV3 has them, for a list of layers.
 * @param reduction of the gate
 */
export function gatedBlock(reduction: number) {
  return {
    layer: 'residual',
    layers: [
      { layer: 'conv', channels: 12, size: 1 },
      { layer: 'batch-norm' },
      'hard-swish',
      { layer: 'depthwise', size: 3 },
      { layer: 'batch-norm' },
      'hard-swish',
      { layer: 'squeeze-excite', reduction },
      { layer: 'conv', channels: 6, size: 1 },
      { layer: 'batch-norm' },
    ],
  };
}
