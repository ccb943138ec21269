import { createRequire } from 'node:module';
import util from 'node:util';
import type * as TensorFlowJs from '@tensorflow/tfjs';
import { CascadeError } from '../../../common/errors.ts';
import type { Attribute } from './attributes.ts';
import type { Binding, BindingConstants, Precision, TensorMetadata } from './binding.ts';
import { codeOf, dtypeOf, type DType, type TypedArray } from './dtypes.ts';

export type Tf = typeof TensorFlowJs;
export type Tensor = TensorFlowJs.Tensor;

/** What tfjs-node's backend keeps for a tensor; `id` is -1 while its values were not yet written. */
interface TensorRecord {
  shape: number[];
  dtype: number;
  id: number;
  values: unknown;
  refCount: number;
  /** Which trace the tensor belongs to; 0 for none. */
  trace?: number;
}

/** The parts of NodeJSKernelBackend that matter here; some are private in its typings. */
interface KernelBackend {
  binding: Binding & BindingConstants;
  tensorMap: { get(dataId: object): TensorRecord; set(dataId: object, record: TensorRecord): void };
  createOutputTensor(metadata: TensorMetadata): Tensor;
  getInputTensorIds(tensors: readonly { dataId: object }[]): number[];
  executeMultipleOutputs(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly Tensor[],
    outputCount: number,
  ): Tensor[];
  move(dataId: object, values: unknown, shape: number[], dtype: string, refCount: number): void;
}

interface Loaded {
  readonly tf: Tf;
  readonly NodeJSKernelBackend: new (binding: object, packageName: string) => object;
}

let loaded: Loaded | undefined;

/** tfjs and tfjs-node's kernels, without the package's index, which would look for its own libtensorflow. */
function load(): Loaded {
  if (loaded) return loaded;
  const require = createRequire(import.meta.url);
  // One is gone from Node 23 on, and the other warns; tfjs-node 4.22 still calls them.
  const legacy = util as unknown as Record<string, unknown>;
  legacy['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  legacy['isArray'] = Array.isArray;
  const tf = require('@tensorflow/tfjs') as Tf;
  const { NodeJSKernelBackend } = require('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend') as Loaded;
  require('@tensorflow/tfjs-node-gpu/dist/register_all_kernels');
  loaded = { tf, NodeJSKernelBackend };
  return loaded;
}

/** The name under which tfjs-node's kernels are registered. */
const NAME = 'tensorflow';

/** tfjs with tfjs-node's kernels over bindings of ours: the eager one, or the one of a trace. */
export class Backend {
  readonly tf: Tf;
  readonly #kernels: KernelBackend;
  readonly #eager: Binding;
  #current: Binding;
  /** Number of the trace that runs, and of all so far. */
  #trace = 0;
  #traces = 0;
  #traced: Tensor[] = [];

  constructor(eager: Binding, constants: BindingConstants) {
    const { tf, NodeJSKernelBackend } = load();
    if (tf.findBackend(NAME)) {
      throw new CascadeError(
        'ENGINE_OPEN',
        'This thread has an engine already: close it before opening another.',
      );
    }
    this.tf = tf;
    this.#eager = eager;
    this.#current = eager;
    const binding: Binding & BindingConstants = {
      ...constants,
      createTensor: (shape, dtype, values) => this.#current.createTensor(shape, dtype, values),
      deleteTensor: (id) => this.#current.deleteTensor(id),
      tensorDataSync: (id) => this.#current.tensorDataSync(id),
      executeOp: (name, attributes, inputs, count) =>
        this.#current.executeOp(name, attributes, inputs, count),
      isUsingGpuDevice: () => this.#current.isUsingGpuDevice(),
      getNumOfTensors: () => this.#current.getNumOfTensors(),
    };
    const kernels = new NodeJSKernelBackend(binding, 'cascade-lab');
    this.#kernels = kernels as KernelBackend;
    this.#adapt();
    tf.registerBackend(NAME, () => kernels as ReturnType<Tf['backend']>, 3);
    // Nothing in it waits: it is asynchronous only for backends of the browser.
    void tf.setBackend(NAME);
    if (tf.getBackend() !== NAME) {
      throw new CascadeError('ENGINE_UNUSABLE', 'tfjs did not accept the TensorFlow backend.');
    }
  }

  /** Replaces what tfjs-node does too narrowly for types and for traces. */
  #adapt(): void {
    const kernels = this.#kernels;
    kernels.createOutputTensor = (metadata) => this.tensor(metadata);

    const move = kernels.move.bind(kernels);
    kernels.move = (dataId, values, shape, dtype, refCount) => {
      move(dataId, values, shape, dtype, refCount);
      kernels.tensorMap.get(dataId).trace = this.#trace;
    };

    // Values are written when an op first reads them: inside a trace they become a constant of its graph,
    // which must never be taken for a tensor afterwards.
    const getInputTensorIds = kernels.getInputTensorIds.bind(kernels);
    kernels.getInputTensorIds = (tensors) => {
      for (const { dataId } of tensors) {
        const record = dataId ? kernels.tensorMap.get(dataId) : undefined;
        if (record && (record.trace ?? 0) !== this.#trace) {
          throw new CascadeError(
            'ENGINE_TRACE',
            this.#trace > 0
              ? 'A traced step reads a tensor that was made outside the trace: pass it as an input, or make it inside.'
              : 'A tensor of a traced step has no values outside it: return it as an output of the step.',
          );
        }
      }
      return getInputTensorIds(tensors);
    };
  }

  /** A tensor of tfjs over one that the current binding knows by number. */
  tensor({ id, shape, dtype }: TensorMetadata): Tensor {
    const dataId = {};
    this.#kernels.tensorMap.set(dataId, { shape, dtype, id, values: null, refCount: 1, trace: this.#trace });
    const info = { dataId, shape, dtype: tfjsType(dtypeOf(dtype)) };
    const tensor = this.tf.engine().makeTensorFromTensorInfo(info);
    if (this.#trace > 0) this.#traced.push(tensor);
    return tensor;
  }

  /** The numbers by which the current binding knows tensors. */
  ids(tensors: readonly Tensor[]): number[] {
    return this.#kernels.getInputTensorIds(tensors);
  }

  /** The element type that TensorFlow sees: tfjs calls uint8 and int64 'int32', and float64 'float32'. */
  typeOf(tensor: Tensor): DType {
    return dtypeOf(this.#kernels.tensorMap.get(tensor.dataId).dtype);
  }

  execute(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly Tensor[],
    count: number,
  ): Tensor[] {
    return this.#kernels.executeMultipleOutputs(name, attributes, inputs, count);
  }

  /** A constant whose values are not rounded to float32 on the way, as tfjs's own constructors would. */
  constant(values: TypedArray, shape: readonly number[], dtype: DType): Tensor {
    const id = this.#current.createTensor([...shape], codeOf(dtype), values);
    return this.tensor({ id, shape: [...shape], dtype: codeOf(dtype) });
  }

  /**
   * Runs `body` with its ops going to `binding`, and tfjs's 'float32' standing for `precision`; all tensors made in it
   * are disposed of afterwards.
   */
  during<T>(binding: Binding, precision: Precision, body: () => T): T {
    if (this.#trace > 0) throw new CascadeError('ENGINE_TRACE', 'A traced step cannot trace another.');
    const constants = this.#kernels.binding;
    const float = constants.TF_FLOAT;
    this.#trace = ++this.#traces;
    this.#current = binding;
    // Kernels read it anew for every op.
    constants.TF_FLOAT = codeOf(precision);
    let result: T | undefined;
    try {
      this.tf.tidy(() => {
        result = body();
      });
      return result as T;
    } finally {
      // Those that were kept inside the trace have no meaning after it.
      for (const tensor of this.#traced) tensor.dispose();
      this.#traced = [];
      constants.TF_FLOAT = float;
      this.#current = this.#eager;
      this.#trace = 0;
    }
  }

  dispose(): void {
    this.tf.disposeVariables();
    this.tf.removeBackend(NAME);
  }
}

function tfjsType(dtype: DType): 'float32' | 'int32' | 'bool' {
  switch (dtype) {
    case 'float32':
    case 'float64':
      return 'float32';
    case 'bool':
      return 'bool';
    default:
      return 'int32';
  }
}
