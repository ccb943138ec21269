import type { NetworkDescription } from '../../../common/network.ts';
import type { DeviceSplit } from '../steps/device-data.ts';
import { inPrecision, type DeviceState } from '../steps/device-state.ts';
import { attribute } from '../tensorflow/attributes.ts';
import type { Engine, Handle, Tensor, TraceInput } from '../tensorflow/engine.ts';
import type { Standardization } from '../tensorflow/operations/index.ts';
import type { LayerMask } from './derivatives.ts';

/** The network that is scored, with its state and the data that it learns from. */
export interface ScoredNetwork {
  engine: Engine;
  network: NetworkDescription;
  state: DeviceState;
  train: DeviceSplit;
  standardization: Standardization;
}

export function inputLike({ shape, dtype }: Pick<Handle, 'shape' | 'dtype'>): TraceInput {
  return { shape, dtype };
}

/** What every scoring function reads: all parameters, then all masks, in the types of the training. */
export function stateInputs({ state }: ScoredNetwork): TraceInput[] {
  return [...state.parameters, ...state.masks].map(inputLike);
}

/**
 * The same inputs inside the trace, widened there: no float64 copy of the state outlives a call.
 *
 * @returns parameters by name, and masks by the kernel's name; the parameters do not have the masks applied
 */
export function widenState(
  { engine, network }: ScoredNetwork,
  tensors: readonly Tensor[],
): { values: Map<string, Tensor>; masks: Map<string, Tensor> } {
  const names = [
    ...network.parameters.map(({ name }) => name),
    ...network.layers.map(({ kernel }) => kernel),
  ];
  const widened = names.map((name, index) => [name, toFloat64(engine, tensors[index]!)] as const);
  const parameters = network.parameters.length;
  return { values: new Map(widened.slice(0, parameters)), masks: new Map(widened.slice(parameters)) };
}

/** tfjs calls both types 'float32', so its own cast would do nothing. */
function toFloat64(engine: Engine, x: Tensor): Tensor {
  const from = engine.typeOf(x);
  if (from === 'float64') return x;
  const attributes = [
    attribute.type('SrcT', from),
    attribute.type('DstT', 'float64'),
    attribute.bool('Truncate', false),
  ];
  return engine.op('Cast', attributes, [x], 1)[0]!;
}

/**
 * Calls `body` with the state's parameters and masks, where those of the given layers replace the ones in force; what
 * was uploaded for it is freed afterwards.
 */
export function withMasks<T>(
  { engine, network, state }: ScoredNetwork,
  given: readonly LayerMask[],
  body: (handles: Handle[]) => T,
): T {
  const byLayer = new Map(given.map(({ name, mask }) => [name, mask]));
  const uploaded: Handle[] = [];
  try {
    const inForce = state.masks;
    const masks = network.layers.map(({ name, shape }, index) => {
      const mask = byLayer.get(name);
      if (!mask) return inForce[index]!;
      const handle = engine.upload(inPrecision(engine, mask), shape, engine.precision);
      uploaded.push(handle);
      return handle;
    });
    return body([...state.parameters, ...masks]);
  } finally {
    for (const handle of uploaded) handle.release();
  }
}
