import type { NetworkDescription, ParameterDescription, PrunableLayer } from '../network.ts';
import { decodeSafetensors, encodeSafetensors, float32Of, type SafetensorsTensor } from './safetensors.ts';

/**
 * A checkpoint as PyTorch would hold it: names and layouts of torch.nn (dense [out, in]; convolution
 * [out, in, height, width]; depthwise [channels, 1, height, width]), and the mask of each prunable kernel as a boolean
 * tensor `<layer>.weight_mask`, as torch.nn.utils.prune names it. A dense layer behind a flattened activation reads its
 * inputs channel by channel, as torch.flatten lays them. The optimizer's state is left out.
 */
export function checkpointToPyTorch(
  network: NetworkDescription,
  checkpoint: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const file = decodeSafetensors(checkpoint);
  const layers = new Map(network.layers.map((layer) => [layer.kernel, layer]));
  const tensors = new Map<string, SafetensorsTensor>();
  for (const parameter of network.parameters) {
    const tensor = file.tensors.get(parameter.name)!;
    const layer = layers.get(parameter.name);
    if (!layer) {
      tensors.set(pyTorchName(parameter), tensor);
      continue;
    }
    const { shape, order } = pyTorchOrder(layer, flattenedPlaces(network, layer));
    const weights = float32Of(tensor);
    tensors.set(pyTorchName(parameter), {
      dtype: 'F32',
      shape,
      bytes: new Uint8Array(Float32Array.from(order, (index) => weights[index]!).buffer),
    });
    const mask = file.tensors.get(`mask/${layer.name}`)!.bytes;
    tensors.set(`${layer.name}.weight_mask`, {
      dtype: 'BOOL',
      shape,
      bytes: Uint8Array.from(order, (index) => mask[index]!),
    });
  }
  const metadata = { ...file.metadata, format: 'pt' };
  return encodeSafetensors({ metadata, tensors });
}

/** A parameter's name in torch.nn. */
export function pyTorchName({ layer, role }: Pick<ParameterDescription, 'layer' | 'role'>): string {
  const names = {
    kernel: 'weight',
    bias: 'bias',
    gamma: 'weight',
    beta: 'bias',
    mean: 'running_mean',
    variance: 'running_var',
  } as const;
  return `${layer}.${names[role]}`;
}

/** Places of the activation that is flattened before a layer: 1 where none is. */
function flattenedPlaces(network: NetworkDescription, { name }: PrunableLayer): number {
  const nodes = new Map(network.nodes.map((node) => [node.name, node]));
  const input = nodes.get(nodes.get(name)!.inputs[0]!)!;
  return input.operation === 'flatten' ? input.spatial : 1;
}

/**
 * PyTorch's shape of a kernel, and for each of its elements the index in our layout.
 *
 * @param places of the activation that was flattened to a dense layer's inputs: ours run place by place, PyTorch's
 *   channel by channel
 */
export function pyTorchOrder(
  { kind, shape }: Pick<PrunableLayer, 'kind' | 'shape'>,
  places = 1,
): { shape: number[]; order: Int32Array } {
  if (kind === 'dense') {
    const [inputs, outputs] = shape as [number, number];
    return {
      shape: [outputs, inputs],
      order: Int32Array.from({ length: inputs * outputs }, (_, position) => {
        const [output, theirs] = [Math.floor(position / inputs), position % inputs];
        const [channel, place] = [Math.floor(theirs / places), theirs % places];
        return (place * (inputs / places) + channel) * outputs + output;
      }),
    };
  }
  const [height, width, inputs, outputs] = shape as [number, number, number, number];
  const plane = height * width;
  const depthwise = kind === 'depthwise';
  return {
    shape: depthwise ? [inputs * outputs, 1, height, width] : [outputs, inputs, height, width],
    order: Int32Array.from({ length: plane * inputs * outputs }, (_, position) => {
      const place = position % plane;
      const filter = Math.floor(position / plane);
      // In ours the last two axes are (in, multiplier) for depthwise, whose filters already run in that order.
      if (depthwise) return place * inputs * outputs + filter;
      const [output, input] = [Math.floor(filter / inputs), filter % inputs];
      return (place * inputs + input) * outputs + output;
    }),
  };
}
