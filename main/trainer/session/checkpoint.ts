import * as z from 'zod';
import { checkpointUnusable, maskOf, maskTensors } from '../../codec/checkpoint-masks.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  float32Of,
  type SafetensorsFile,
  type SafetensorsTensor,
  type SafetensorsType,
} from '../../codec/safetensors.ts';
import type { Motion } from '../measurement/free-motion.ts';
import type { DeviceState } from '../steps/device-state.ts';
import { motionFrom, motionTensors } from './motion-tensors.ts';
import { snapshotFrom, snapshotTensors, type Snapshot } from './snapshot.ts';

const FORMAT = 'cascade-lab checkpoint 2';
/** Layouts that are read: until 1, masks were bytes. */
const FORMATS: readonly (string | undefined)[] = [FORMAT, 'cascade-lab checkpoint 1'];

/** All that a run needs to go on after an epoch as if nothing had happened; randomness needs no state, it is counted. */
const positionSchema = z.strictObject({
  /** Epochs done. */
  epoch: z.int().min(0),
  /** Optimizer steps done over the whole run. */
  step: z.int().min(0),
  /** σ of each prunable layer once the reference epoch is reached, by name. */
  sigmas: z.record(z.string(), z.number()).nullable(),
  /** Training step of the snapshot that is kept for weight rewinding; null where there is none. */
  rewindStep: z.int().min(1).nullable().default(null),
});
export type Position = z.infer<typeof positionSchema>;

/** Where a run stands: together with the state on the device, all that it needs to go on. */
export interface TrainingState {
  /** By layer, 1 where kept. */
  masks: Map<string, Uint8Array>;
  position: Position;
  /** What weight rewinding goes back to, once the training has come by it. */
  rewindTo: Snapshot | null;
}

/**
 * Tensors: each parameter by its name; `optimizer/<slot>/<parameter>`; masks (codec/checkpoint-masks.ts); how channels moved
 * over the last epoch, since a run that leaves its trunk here records that epoch itself; and those of the snapshot for
 * weight rewinding. Kernels are in the layout of common/network.ts.
 */
export function encodeCheckpoint(
  state: DeviceState,
  { masks, position, rewindTo }: TrainingState,
  motion: Motion | null,
): Uint8Array<ArrayBuffer> {
  const { network } = state;
  const tensors = new Map<string, SafetensorsTensor>();
  const shapes = new Map(network.parameters.map(({ name, shape }) => [name, shape]));
  const add = (name: string, shape: number[], values: Float32Array): void => {
    tensors.set(name, {
      dtype: 'F32',
      shape,
      bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    });
  };
  for (const { name, shape } of network.parameters) add(name, shape, state.readParameter(name));
  for (const slot of state.slotNames)
    add(`optimizer/${slot}`, shapes.get(slot.slice(slot.indexOf('/') + 1))!, state.readSlot(slot));
  const bits = maskTensors(network.layers, masks);
  for (const [name, tensor] of bits.tensors) tensors.set(name, tensor);
  for (const [name, tensor] of motion ? motionTensors(motion) : []) tensors.set(name, tensor);
  for (const [name, tensor] of rewindTo ? snapshotTensors(rewindTo) : []) tensors.set(name, tensor);
  return encodeSafetensors({
    metadata: {
      ...bits.metadata,
      format: FORMAT,
      network: network.name,
      position: JSON.stringify(position),
    },
    tensors,
  });
}

/**
 * Makes the state, whatever it was before, that of the checkpoint.
 * @throws CascadeError CHECKPOINT_UNUSABLE when it is of another format or another network
 */
export function restoreCheckpoint(
  bytes: Uint8Array,
  state: DeviceState,
): TrainingState & { motion: Motion | null } {
  const { position, file, tensor } = openCheckpoint(bytes);
  const { parameters, slots } = valuesOf(tensor, state);
  const masks = new Map(state.network.layers.map((layer) => [layer.name, maskOf(file, layer)]));
  for (const [name, values] of parameters) state.writeParameter(name, values);
  for (const [slot, values] of slots) state.writeSlot(slot, values);
  for (const { name, kernel } of state.network.layers) state.applyMask(kernel, masks.get(name)!);
  const { rewindStep } = position;
  const rewindTo = rewindStep === null ? null : snapshotFrom(file.tensors, state, rewindStep);
  return { masks, position, rewindTo, motion: motionFrom(file.tensors, state.network) };
}

/** The state of a checkpoint, to be gone back to. @throws CascadeError as `restoreCheckpoint` */
export function snapshotOf(bytes: Uint8Array, state: DeviceState): Snapshot {
  const { position, tensor } = openCheckpoint(bytes);
  return { step: position.step, ...valuesOf(tensor, state) };
}

type FindTensor = (name: string, dtype: SafetensorsType, shape: readonly number[]) => SafetensorsTensor;

function openCheckpoint(bytes: Uint8Array): {
  position: Position;
  file: SafetensorsFile;
  tensor: FindTensor;
} {
  const file = decodeSafetensors(bytes);
  const { metadata, tensors } = file;
  if (!FORMATS.includes(metadata['format']))
    throw checkpointUnusable(`its format is '${metadata['format'] ?? 'unknown'}'`);
  const position = readPosition(metadata['position']);
  if (!position) throw checkpointUnusable('it does not say where the run stood');
  const tensor: FindTensor = (name, dtype, shape) => {
    const found = tensors.get(name);
    if (!found) throw checkpointUnusable(`it has no '${name}'`);
    if (found.shape.join() !== shape.join() || found.dtype !== dtype)
      throw checkpointUnusable(
        `'${name}' is ${found.dtype} of ${found.shape.join(' × ')} instead of ${dtype} of ${shape.join(' × ')}`,
      );
    return found;
  };
  return { position, file, tensor };
}

function valuesOf(
  tensor: FindTensor,
  { network, slotNames }: DeviceState,
): Pick<Snapshot, 'parameters' | 'slots'> {
  const shapes = new Map(network.parameters.map(({ name, shape }) => [name, shape]));
  const values = (name: string, parameter: string): Float32Array<ArrayBuffer> =>
    Float32Array.from(float32Of(tensor(name, 'F32', shapes.get(parameter)!)));
  return {
    parameters: new Map([...shapes.keys()].map((name) => [name, values(name, name)])),
    slots: new Map(
      slotNames.map((slot) => [slot, values(`optimizer/${slot}`, slot.slice(slot.indexOf('/') + 1))]),
    ),
  };
}

function readPosition(text: string | undefined): Position | null {
  try {
    return positionSchema.parse(JSON.parse(text ?? ''));
  } catch {
    return null;
  }
}
