import { checkpointUnusable } from '../../codec/checkpoint-masks.ts';
import { float32Of, type SafetensorsTensor } from '../../codec/safetensors.ts';
import type { DeviceState } from '../steps/device-state.ts';

/** Parameters, running statistics and the optimizer's state at a moment of the training, to be gone back to. */
export interface Snapshot {
  /** Optimizer steps that had been done: Adam's bias correction goes by it. */
  step: number;
  parameters: Map<string, Float32Array<ArrayBuffer>>;
  slots: Map<string, Float32Array<ArrayBuffer>>;
}

export function takeSnapshot(state: DeviceState, step: number): Snapshot {
  return {
    step,
    parameters: new Map(state.network.parameters.map(({ name }) => [name, state.readParameter(name)])),
    slots: new Map(state.slotNames.map((slot) => [slot, state.readSlot(slot)])),
  };
}

/** Makes the state that of the snapshot, with the masks as if they had been in force then. */
export function restoreSnapshot(
  state: DeviceState,
  snapshot: Pick<Snapshot, 'parameters' | 'slots'>,
  masks: ReadonlyMap<string, Uint8Array>,
): void {
  for (const [name, values] of snapshot.parameters) state.writeParameter(name, values);
  for (const [slot, values] of snapshot.slots) state.writeSlot(slot, values);
  for (const { name, kernel } of state.network.layers) state.applyMask(kernel, masks.get(name)!);
}

/** Names of a snapshot's tensors within a checkpoint. */
const PARAMETER = 'rewind/parameter/';
const SLOT = 'rewind/optimizer/';

/** A snapshot as tensors of a checkpoint: a run that was ended goes on from the checkpoint alone. */
export function snapshotTensors(snapshot: Snapshot): [string, SafetensorsTensor][] {
  const tensor = (values: Float32Array): SafetensorsTensor => ({
    dtype: 'F32',
    shape: [values.length],
    bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  });
  return [
    ...[...snapshot.parameters].map(([name, values]): [string, SafetensorsTensor] => [
      `${PARAMETER}${name}`,
      tensor(values),
    ]),
    ...[...snapshot.slots].map(([slot, values]): [string, SafetensorsTensor] => [
      `${SLOT}${slot}`,
      tensor(values),
    ]),
  ];
}

/** The snapshot within a checkpoint's tensors. @throws CascadeError CHECKPOINT_UNUSABLE when it is not whole */
export function snapshotFrom(
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  state: DeviceState,
  step: number,
): Snapshot {
  const values = (name: string, size: number): Float32Array<ArrayBuffer> => {
    const tensor = tensors.get(name);
    const found = tensor && float32Of(tensor);
    if (found?.length !== size) throw checkpointUnusable(`it has no '${name}' of ${size} numbers`);
    return Float32Array.from(found);
  };
  const sizes = new Map(state.network.parameters.map(({ name }) => [name, state.readParameter(name).length]));
  return {
    step,
    parameters: new Map([...sizes].map(([name, size]) => [name, values(`${PARAMETER}${name}`, size)])),
    slots: new Map(
      state.slotNames.map((slot) => [slot, values(`${SLOT}${slot}`, state.readSlot(slot).length)]),
    ),
  };
}
