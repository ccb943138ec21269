import type { NetworkDescription, ParameterDescription } from '../../../common/network.ts';
import { AVERAGE_SLOT } from '../../codec/average-slot.ts';
import type { Engine, Handle, TypedArray } from '../tensorflow/engine.ts';

/** Roles that an optimizer trains; the running statistics are the step's own business. */
export function isTrained({ role }: ParameterDescription): boolean {
  return role !== 'mean' && role !== 'variance';
}

/** Numbers in the type that the engine computes in: the very array where it has it already, to be uploaded, not changed. */
export function inPrecision(engine: Engine, values: ArrayLike<number>): Float32Array | Float64Array {
  if (engine.precision === 'float64')
    return values instanceof Float64Array ? values : Float64Array.from(values);
  return values instanceof Float32Array ? values : Float32Array.from(values);
}

/**
 * All that training changes, in device memory: parameters in the network's order, then the slots of each trained parameter
 * (the optimizer's, and its average where weights are averaged), then the masks of the prunable kernels. Owns its handles.
 */
export class DeviceState {
  readonly #engine: Engine;
  readonly #network: NetworkDescription;
  readonly #slots: readonly string[];
  readonly #parameters = new Map<string, Handle>();
  readonly #optimizer = new Map<string, Handle>();
  readonly #masks = new Map<string, Handle>();

  /**
   * @param slots state tensors of each trained parameter: see `stateSlots`
   * @param parameters initial values of all parameters; a state that is to be a copy of another begins with none
   */
  constructor(
    engine: Engine,
    network: NetworkDescription,
    slots: readonly string[],
    parameters: ReadonlyMap<string, ArrayLike<number>> | null,
  ) {
    this.#engine = engine;
    this.#network = network;
    this.#slots = slots;
    if (parameters) this.#begin(parameters);
  }

  #begin(parameters: ReadonlyMap<string, ArrayLike<number>>): void {
    for (const parameter of this.#network.parameters) {
      const values = parameters.get(parameter.name)!;
      this.#parameters.set(parameter.name, this.#upload(values, parameter.shape));
      if (!isTrained(parameter)) continue;
      for (const slot of this.#slots)
        this.#optimizer.set(
          slotName(slot, parameter.name),
          this.#upload(slot === AVERAGE_SLOT ? values : new Float32Array(values.length), parameter.shape),
        );
    }
    for (const layer of this.#network.layers)
      this.#masks.set(layer.kernel, this.#upload(new Float32Array(layer.weights).fill(1), layer.shape));
  }

  /** Parameters, slots and masks in the order in which steps take them. */
  get parameters(): Handle[] {
    return [...this.#parameters.values()];
  }
  get optimizer(): Handle[] {
    return [...this.#optimizer.values()];
  }
  get masks(): Handle[] {
    return [...this.#masks.values()];
  }
  get slotNames(): string[] {
    return [...this.#optimizer.keys()];
  }

  /** A parameter, and its slots in the order of the state's. They stay the state's, and change with the next step. */
  parameterOf(name: string): Handle {
    return this.#parameters.get(name)!;
  }
  slotsOf(parameter: string): Handle[] {
    return this.#slots.map((slot) => this.#optimizer.get(slotName(slot, parameter))!);
  }

  /** What the network is evaluated with, in the order of the parameters: their averages where there are any. */
  get evaluated(): Handle[] {
    return [...this.#parameters].map(
      ([name, handle]) => this.#optimizer.get(slotName(AVERAGE_SLOT, name)) ?? handle,
    );
  }

  /** A state of the same numbers, in the same memory until one of the two changes. Dispose of both. */
  copy(): DeviceState {
    const copy = new DeviceState(this.#engine, this.#network, this.#slots, null);
    const share = (from: Map<string, Handle>, to: Map<string, Handle>): void => {
      for (const [name, handle] of from) {
        const tensor = this.#engine.tensorOf(handle);
        to.set(name, this.#engine.handleOf(tensor));
        tensor.dispose();
      }
    };
    share(this.#parameters, copy.#parameters);
    share(this.#optimizer, copy.#optimizer);
    share(this.#masks, copy.#masks);
    return copy;
  }

  /** Takes over what a step made of parameters and slots, and frees what was before. */
  replace(parameters: readonly Handle[], optimizer: readonly Handle[]): void {
    exchange(this.#parameters, parameters);
    exchange(this.#optimizer, optimizer);
  }

  readParameter(name: string): Float32Array<ArrayBuffer> {
    return this.#read(this.#parameters.get(name)!);
  }
  readSlot(name: string): Float32Array<ArrayBuffer> {
    return this.#read(this.#optimizer.get(name)!);
  }
  writeSlot(name: string, values: ArrayLike<number>): void {
    this.#write(this.#optimizer, name, values);
  }
  writeParameter(name: string, values: ArrayLike<number>): void {
    this.#write(this.#parameters, name, values);
  }

  /**
   * Puts a mask in force: multiplies the kernel and all its slots by it, so that nothing of a pruned weight is left to
   * revive it or in its average, and masks every later step.
   */
  applyMask(kernel: string, mask: Uint8Array): void {
    this.#write(this.#masks, kernel, mask);
    this.#zeroPruned(this.#parameters, kernel, mask);
    for (const slot of this.#slots) this.#zeroPruned(this.#optimizer, slotName(slot, kernel), mask);
  }

  dispose(): void {
    for (const handles of [this.#parameters, this.#optimizer, this.#masks]) {
      for (const handle of handles.values()) handle.release();
      handles.clear();
    }
  }

  /** In the engine's own precision: what is kept must not be rounded, and zeros keep their sign, so that a restored state has the very bits. */
  #zeroPruned(handles: Map<string, Handle>, name: string, mask: Uint8Array): void {
    const values = this.#engine.download(handles.get(name)!) as Float32Array | Float64Array;
    for (let index = 0; index < mask.length; index++)
      if (!mask[index] && values[index] !== 0) values[index] = 0;
    this.#write(handles, name, values);
  }

  #upload(values: ArrayLike<number>, shape: readonly number[]): Handle {
    return this.#engine.upload(inPrecision(this.#engine, values), shape, this.#engine.precision);
  }

  #write(handles: Map<string, Handle>, name: string, values: ArrayLike<number>): void {
    const before = handles.get(name)!;
    handles.set(name, this.#upload(values, before.shape));
    before.release();
  }

  #read(handle: Handle): Float32Array<ArrayBuffer> {
    return toFloat32(this.#engine.download(handle));
  }

  get network(): NetworkDescription {
    return this.#network;
  }
}

export function slotName(slot: string, parameter: string): string {
  return `${slot}/${parameter}`;
}

function exchange(handles: Map<string, Handle>, next: readonly Handle[]): void {
  let position = 0;
  for (const [name, before] of handles) {
    handles.set(name, next[position++]!);
    before.release();
  }
}

function toFloat32(values: TypedArray): Float32Array<ArrayBuffer> {
  return values instanceof Float32Array && values.buffer instanceof ArrayBuffer
    ? new Float32Array(values.buffer, values.byteOffset, values.length)
    : Float32Array.from(values as Float64Array);
}
