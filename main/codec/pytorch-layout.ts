import * as z from 'zod';
import { AVERAGE_SLOT } from './average-slot.ts';
import { checkpointUnusable, MASK_SHAPES, maskOf } from './checkpoint-masks.ts';
import { CascadeError } from '../../common/errors.ts';
import {
  sizeOf,
  type NetworkDescription,
  type ParameterDescription,
  type PrunableLayer,
} from '../../common/network.ts';
import { quoted } from '../base/names.ts';
import { PyTorchState, unwrappedName, type StateTensor } from './pytorch-state.ts';
import { sourceOf } from './byte-source.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  float32Of,
  openSafetensors,
  type SafetensorsTensor,
} from './safetensors.ts';
import type { WeightFormat } from '../../common/codec/weight-formats.ts';

/**
 * A network's parameters as PyTorch holds them: names and layouts of torch.nn (dense [out, in]; convolution
 * [out, in ÷ groups, height, width]; depthwise [channels, 1, height, width]). What reads a flattened activation reads it
 * channel by channel, as torch.flatten lays it.
 */
interface PyTorchTensor {
  name: string;
  shape: number[];
  /** For each of its elements the index in our layout; null where the layouts are the same. */
  order(): Int32Array | null;
}

/**
 * A checkpoint as PyTorch would hold it; the optimizer's state is left out.
 *
 * - `default`: each parameter, and the mask of each prunable kernel as a boolean tensor `<layer>.weight_mask`.
 * - `plain`: the state dict of the modules alone, batch norm's num_batches_tracked included.
 * - `prune`: the state dict after torch.nn.utils.prune has masked `weight` of every prunable layer: `weight_orig` and
 *   `weight_mask` (float32) in its place.
 *
 * The last two are loaded by `load_state_dict` with `strict=True`.
 *
 * Where weights are averaged, all of these names hold the averages, with which the network is evaluated (batch norm's
 * running statistics are used as they are); `default` has the weights that train beside them as `<layer>.weight_raw` and
 * `<layer>.bias_raw`.
 *
 * @throws CascadeError CHECKPOINT_UNUSABLE where a parameter or a mask is missing, or a mask is not the layer's; BAD_SAFETENSORS when it is damaged
 */
export function checkpointToPyTorch(
  network: NetworkDescription,
  checkpoint: Uint8Array,
  format: WeightFormat = 'default',
): Uint8Array<ArrayBuffer> {
  const file = decodeSafetensors(checkpoint);
  const layers = new Map(network.layers.map((layer) => [layer.kernel, layer]));
  const tensors = new Map<string, SafetensorsTensor>();
  for (const [parameter, theirs] of pyTorchTensors(network)) {
    const raw = file.tensors.get(parameter.name);
    if (!raw) throw checkpointUnusable(`it has no '${parameter.name}'`);
    const average = file.tensors.get(`optimizer/${AVERAGE_SLOT}/${parameter.name}`);
    const order = theirs.order();
    const laid = (tensor: SafetensorsTensor): SafetensorsTensor =>
      order ? reordered(tensor, theirs.shape, order) : tensor;
    const layer = layers.get(parameter.name);
    const name = layer && format === 'prune' ? `${theirs.name}_orig` : theirs.name;
    tensors.set(name, laid(average ?? raw));
    if (average && format === 'default') tensors.set(`${theirs.name}_raw`, laid(raw));
    if (parameter.role === 'variance' && format !== 'default')
      tensors.set(`${parameter.layer}.num_batches_tracked`, batchesTracked(file.metadata));
    if (!layer || !order || format === 'plain') continue;
    const mask = maskOf(file, layer);
    const bits = Uint8Array.from(order, (ours) => mask[ours]!);
    tensors.set(
      `${theirs.name}_mask`,
      format === 'prune'
        ? { dtype: 'F32', shape: theirs.shape, bytes: new Uint8Array(Float32Array.from(bits).buffer) }
        : { dtype: 'BOOL', shape: theirs.shape, bytes: bits },
    );
  }
  const metadata: Record<string, string> = { ...file.metadata, format: 'pt' };
  // Tells of packed masks, which the export does not have.
  delete metadata[MASK_SHAPES];
  return encodeSafetensors({ metadata, tensors });
}

/** The batches that a batch norm has seen: the training steps done. */
function batchesTracked({ position = '{}' }: Record<string, string>): SafetensorsTensor {
  const { step } = z.object({ step: z.int().min(0).default(0) }).parse(JSON.parse(position));
  return { dtype: 'I64', shape: [], bytes: new Uint8Array(BigInt64Array.of(BigInt(step)).buffer) };
}

/**
 * The parameters of a network, by our names and in our layout, from a safetensors file with PyTorch's: a state dict, or
 * what `checkpointToPyTorch` wrote. Half precision is widened exactly; prefixes of wrappers and torch.nn.utils.prune's
 * pairs are understood as `PyTorchState` says. Batch norm's num_batches_tracked and lone masks are not read.
 *
 * @throws CascadeError WEIGHTS_UNUSABLE when a tensor is missing, of another shape or type, not finite, or unknown to the
 *   network; BAD_SAFETENSORS when the file is damaged
 */
export function parametersFromPyTorch(
  network: NetworkDescription,
  bytes: Uint8Array,
): Map<string, Float32Array> {
  return parametersOf(network, openSafetensors(sourceOf(bytes)).tensors);
}

/** The same of tensors, one after another. */
export function parametersOf(
  network: NetworkDescription,
  tensors: ReadonlyMap<string, SafetensorsTensor>,
): Map<string, Float32Array> {
  const state = new PyTorchState(tensors);
  const refusal = pyTorchRefusal(network, state.outline());
  if (refusal !== null) throw unusable(network, refusal);
  return new Map(
    [...pyTorchTensors(network)].map(([parameter, theirs]) => {
      const values = state.values(unwrappedName(theirs.name));
      const order = theirs.order();
      if (!order) return [parameter.name, values];
      const ours = new Float32Array(values.length);
      for (let position = 0; position < order.length; position++) ours[order[position]!] = values[position]!;
      return [parameter.name, ours];
    }),
  );
}

/** Why a state dict with this outline is not one of the network's parameters, in words; null when it is. */
export function pyTorchRefusal(
  network: NetworkDescription,
  tensors: ReadonlyMap<string, StateTensor>,
): string | null {
  const wanted = [...pyTorchTensors(network)].map(([, tensor]) => ({
    ...tensor,
    found: tensors.get(unwrappedName(tensor.name)),
  }));
  const names = new Set(wanted.map(({ name }) => unwrappedName(name)));
  const missing = wanted.filter(({ found }) => !found);
  const misshapen = wanted.filter(({ found, shape }) => found && found.shape.join() !== shape.join());
  const unknown = [...tensors].filter(([plain]) => !names.has(plain)).map(([, { name }]) => name);
  // The values are looked at only where names and shapes fit: no more is read than a network can need.
  const fits = missing.length + misshapen.length + unknown.length === 0;
  const flaws = fits ? wanted.flatMap(({ found }) => found?.flaw ?? []) : [];
  const problems = [
    ...(missing.length > 0 ? [`it has no '${missing[0]!.name}'${andMore(missing)}`] : []),
    ...(misshapen.length > 0
      ? [
          `'${misshapen[0]!.name}' is ${shapeText(misshapen[0]!.found!.shape)} where the network has ` +
            `${shapeText(misshapen[0]!.shape)}${andMore(misshapen)}`,
        ]
      : []),
    ...(unknown.length > 0
      ? [`it has ${quoted(unknown[0]!)}${andMore(unknown)}, which the network has not`]
      : []),
    ...(flaws.length > 0 ? [`${flaws[0]}${andMore(flaws)}`] : []),
  ];
  return problems.length === 0 ? null : problems.join('; ');
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

/** Each parameter with what it is in PyTorch, in the network's order. */
export function* pyTorchTensors(
  network: NetworkDescription,
): Generator<[ParameterDescription, PyTorchTensor]> {
  const layers = new Map(network.layers.map((layer) => [layer.kernel, layer]));
  const places = flattenedPlaces(network);
  for (const parameter of network.parameters) {
    const name = pyTorchName(parameter);
    const layer = layers.get(parameter.name);
    const { layer: node, role, shape } = parameter;
    const flattened = places(node);
    const plain = role === 'bias' || flattened === 1;
    yield [
      parameter,
      layer
        ? { name, shape: pyTorchShape(layer), order: () => pyTorchOrder(layer, flattened).order }
        : { name, shape, order: () => (plain ? null : flattenedOrder(sizeOf(shape), flattened)) },
    ];
  }
}

/** PyTorch's shape of a kernel. */
function pyTorchShape({ kind, shape }: Pick<PrunableLayer, 'kind' | 'shape'>): number[] {
  if (kind === 'dense') return [shape[1]!, shape[0]!];
  const [height, width, inputs, outputs] = shape as [number, number, number, number];
  return kind === 'depthwise' ? [inputs * outputs, 1, height, width] : [outputs, inputs, height, width];
}

/**
 * PyTorch's shape of a kernel, and for each of its elements the index in our layout.
 *
 * @param places of the activation that was flattened to a dense layer's inputs: ours run place by place, PyTorch's
 *   channel by channel
 */
export function pyTorchOrder(
  layer: Pick<PrunableLayer, 'kind' | 'shape'>,
  places = 1,
): { shape: number[]; order: Int32Array } {
  const { kind, shape } = layer;
  const order = new Int32Array(sizeOf(shape));
  let position = 0;
  if (kind === 'dense') {
    const [inputs, outputs] = shape as [number, number];
    const ours = flattenedOrder(inputs, places);
    for (let output = 0; output < outputs; output++)
      for (let input = 0; input < inputs; input++) order[position++] = ours[input]! * outputs + output;
  } else {
    const [height, width, inputs, outputs] = shape as [number, number, number, number];
    const [plane, filters] = [height * width, inputs * outputs];
    // In ours the last two axes are (in, multiplier) for depthwise, whose filters already run in that order.
    for (let filter = 0; filter < filters; filter++) {
      const ours = kind === 'depthwise' ? filter : (filter % inputs) * outputs + Math.floor(filter / inputs);
      for (let place = 0; place < plane; place++) order[position++] = place * filters + ours;
    }
  }
  return { shape: pyTorchShape(layer), order };
}

/**
 * For each element of torch.flatten's order, channel by channel, the index in ours, place by place.
 *
 * @param size places × channels
 */
export function flattenedOrder(size: number, places: number): Int32Array {
  const channels = size / places;
  return Int32Array.from(
    { length: size },
    (_, theirs) => (theirs % places) * channels + Math.floor(theirs / places),
  );
}

/**
 * Of each layer the places of the flattened activation that its parameters run along: a dense layer reads one, batch
 * norm makes one. 1 where nothing was flattened.
 */
export function flattenedPlaces(network: NetworkDescription): (layer: string) => number {
  const made = new Map<string, number>();
  const read = new Map<string, number>();
  for (const node of network.nodes) {
    const before = made.get(node.inputs[0] ?? '') ?? 1;
    read.set(node.name, before);
    made.set(
      node.name,
      node.operation === 'flatten' ? node.spatial : node.operation === 'dense' ? 1 : before,
    );
  }
  return (layer) => read.get(layer)!;
}

function reordered(tensor: SafetensorsTensor, shape: number[], order: Int32Array): SafetensorsTensor {
  const weights = float32Of(tensor);
  const theirs = new Float32Array(weights.length);
  for (let position = 0; position < order.length; position++) theirs[position] = weights[order[position]!]!;
  return { dtype: 'F32', shape, bytes: new Uint8Array(theirs.buffer) };
}

function unusable({ name }: NetworkDescription, what: string): CascadeError {
  return new CascadeError('WEIGHTS_UNUSABLE', `The weights do not fit the network ${name}: ${what}.`);
}

function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? 'a single number' : shape.join(' × ');
}

function andMore({ length }: readonly unknown[]): string {
  return length === 1 ? '' : ` and ${length - 1} more of the kind`;
}
