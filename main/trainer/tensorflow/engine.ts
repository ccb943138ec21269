import { availableParallelism } from 'node:os';
import { CascadeError } from '../../../common/errors.ts';
import type { Attribute } from './attributes.ts';
import { Backend, type Tensor, type Tf } from './backend.ts';
import { bindingConstants, type Precision } from './binding.ts';
import { Context } from './context.ts';
import type { Device } from './devices.ts';
import { DerivativeBinding } from './derivative-binding.ts';
import { codeOf, sizeOf, type DType, type TypedArray } from './dtypes.ts';
import { EagerBinding } from './eager-binding.ts';
import { Handle } from './handle.ts';
import { reclaim } from './ledger.ts';
import { locateLibrary, type LibraryLocation } from './library.ts';
import { loadTensorFlow } from './native.ts';
import { libc } from './system.ts';
import { TracedFunction } from './traced-function.ts';
import { TracingBinding } from './tracing-binding.ts';

export { attribute, type Attribute } from './attributes.ts';
export type { Tensor, Tf } from './backend.ts';
export type { Precision } from './binding.ts';
export type { Device } from './devices.ts';
export type { DType, TypedArray } from './dtypes.ts';
export { Handle } from './handle.ts';
export { createLedger } from './ledger.ts';
export { findLibdevice } from './libdevice.ts';
export { locateLibrary, type LibraryLocation } from './library.ts';
export { TensorFlowError } from './status.ts';
export { prepareEnvironment } from './system.ts';
export type { TracedFunction } from './traced-function.ts';

export interface EngineOptions {
  /** Threads that share the work of one op; all of the machine's by default. */
  readonly threads?: number;
  /** Where to compute; by default the first GPU, or the CPU where there is none. */
  readonly device?: 'cpu' | `gpu:${number}`;
  /** Which GPU to take, where there are several and no device is named; by default the first. */
  readonly gpu?: number | undefined;
  /** What tfjs's 'float32' stands for. float64 is for comparisons, and several times slower. */
  readonly precision?: Precision;
  readonly library?: LibraryLocation;
  /** Of `createLedger`: lets another thread free what this engine owns, should its thread be terminated. */
  readonly ledger?: SharedArrayBuffer;
}

/** An input of a function to be traced. */
export interface TraceInput {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

export interface TraceOptions {
  /** Compile the function with XLA: faster for small dense nets, far slower for depthwise ones. */
  readonly compile?: 'xla';
  /**
   * What tfjs's 'float32' and `engine.precision` stand for while this function is traced; the engine's own by default.
   * Inputs of another type must be cast inside it.
   */
  readonly precision?: Precision;
  /** Whether the body may ask for derivatives along directions: see `setDirection`. */
  readonly derivatives?: boolean;
}

/** A loaded TensorFlow with one context, tfjs's ops over it, and the memory of its device. */
export class Engine {
  readonly tf: Tf;
  readonly version: string;
  readonly library: LibraryLocation;
  readonly devices: readonly Device[];
  readonly device: Device;
  readonly threads: number;
  #precision: Precision;
  readonly #context: Context;
  readonly #backend: Backend;
  readonly #atExit = () => this.dispose();
  #functions = 0;
  #derivatives: DerivativeBinding | null = null;
  #disposed = false;

  constructor(options: EngineOptions = {}) {
    this.library = options.library ?? locateLibrary();
    this.threads = options.threads ?? availableParallelism();
    this.#precision = options.precision ?? 'float32';
    if (!Number.isInteger(this.threads) || this.threads < 1 || this.threads > 1024) {
      throw new CascadeError(
        'ENGINE_THREADS',
        `The number of threads must be between 1 and 1024, not ${this.threads}.`,
      );
    }
    const tensorflow = loadTensorFlow(this.library);
    this.version = tensorflow.TF_Version();
    const config = {
      intraOpThreads: this.threads,
      interOpThreads: this.threads,
      gpus: options.device !== 'cpu',
    };
    this.#context = new Context(tensorflow, config, options.ledger);
    try {
      this.devices = this.#context.devices;
      this.device = chooseDevice(this.devices, options.device, options.gpu);
      const gpu = this.device.type === 'GPU';
      if (gpu) this.#context.device = this.device.name;
      this.#backend = new Backend(
        new EagerBinding(this.#context, gpu),
        bindingConstants(this.#precision, this.version),
      );
      this.tf = this.#backend.tf;
      // Runs at the end of a thread however it comes about, save for worker.terminate().
      process.once('exit', this.#atExit);
    } catch (error) {
      this.#context.dispose();
      throw error;
    }
  }

  /** What tfjs's 'float32' stands for: the engine's choice, or that of the trace that is being made. */
  get precision(): Precision {
    return this.#precision;
  }

  /** Tensors in device memory: handles and tfjs's tensors. */
  get liveHandles(): number {
    return this.#context.size;
  }

  /**
   * Runs any op of TensorFlow, or adds it to the graph while tracing. Attributes that TensorFlow infers from
   * the inputs in a graph must be given here: eager ops do not infer all of them.
   */
  op(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly Tensor[],
    outputCount: number,
  ): Tensor[] {
    return this.#backend.execute(name, attributes, inputs, outputCount);
  }

  /** The element type that TensorFlow sees: tfjs calls uint8 and int64 'int32', and float64 'float32'. */
  typeOf(tensor: Tensor): DType {
    return this.#backend.typeOf(tensor);
  }

  /** A scalar in the engine's precision, not rounded to float32 on the way as `tf.scalar` does. */
  scalar(value: number): Tensor {
    const values = this.precision === 'float64' ? Float64Array.of(value) : Float32Array.of(value);
    return this.#backend.constant(values, [], this.precision);
  }

  /** A constant of the given type; its values are copied. */
  constant(values: TypedArray, shape: readonly number[], dtype: DType): Tensor {
    return this.#backend.constant(values, shape, dtype);
  }

  /**
   * Runs `body` once over placeholders and makes what it did one function of TensorFlow. The body may use
   * tfjs, gradients and `op`; it cannot read values, and reads no tensor that was made outside it.
   */
  trace(
    name: string,
    inputs: readonly TraceInput[],
    body: (...tensors: Tensor[]) => Tensor[],
    options: TraceOptions = {},
  ): TracedFunction {
    this.#open();
    for (const { shape } of inputs) sizeOf(shape);
    const before = this.#precision;
    const precision = options.precision ?? before;
    const tracing = new TracingBinding(this.#context, this.device.type === 'GPU');
    const derivatives = options.derivatives ? new DerivativeBinding(tracing) : null;
    const around = this.#derivatives;
    try {
      const unique = `${name.replace(/[^A-Za-z0-9_]/g, '_')}_${this.#functions++}`;
      return this.#backend.during(derivatives ?? tracing, precision, () => {
        this.#precision = precision;
        this.#derivatives = derivatives;
        const placeholders = inputs.map(({ shape, dtype }) => tracing.placeholder(shape, dtype));
        const outputs = body(...placeholders.map((metadata) => this.#backend.tensor(metadata)));
        const ids = this.#backend.ids(outputs);
        tracing.addFunction(
          unique,
          placeholders.map(({ id }) => id),
          ids,
        );
        return new TracedFunction(this.#context, {
          name: unique,
          nodes: tracing.nodes,
          inputs,
          outputs: tracing.signature(ids),
          compile: options.compile,
        });
      });
    } finally {
      this.#precision = before;
      this.#derivatives = around;
      tracing.dispose();
    }
  }

  /**
   * In a trace with derivatives: lets a tensor change along `direction`, of its shape and type. What is computed from it
   * afterwards, gradients among it, has a derivative along all directions that were set.
   */
  setDirection(tensor: Tensor, direction: Tensor): void {
    const [id, along] = this.#backend.ids([tensor, direction]) as [number, number];
    const { shape } = direction;
    this.#tracedDerivatives().setDirection(id, {
      id: along,
      shape: [...shape],
      dtype: codeOf(this.typeOf(direction)),
    });
  }

  /**
   * The derivative of a tensor along the directions, exact and without a step (forward mode): of a gradient it is the
   * Hessian times the direction. At kinks it is what differentiating the gradient itself would give.
   */
  derivativeOf(tensor: Tensor): Tensor {
    const [id] = this.#backend.ids([tensor]) as [number];
    const derivative = this.#tracedDerivatives().derivativeOf(id);
    return derivative ? this.#backend.tensor(derivative) : this.tf.zerosLike(tensor);
  }

  #tracedDerivatives(): DerivativeBinding {
    if (this.#derivatives) return this.#derivatives;
    throw new CascadeError('ENGINE_TRACE', 'Only a trace with derivatives has directions.');
  }

  /** Copies an array to the device. Release the handle when it is no longer needed. */
  upload(data: TypedArray, shape: readonly number[], dtype: DType): Handle {
    return new Handle(this.#context, { id: this.#context.upload(data, shape, dtype), shape, dtype });
  }

  /** Copies a tensor from the device; it waits until the device has computed it. */
  download(handle: Handle): TypedArray {
    return this.#context.download(handle.id);
  }

  /** The same into an array of the right type and length. */
  downloadInto(handle: Handle, target: TypedArray): void {
    this.#context.download(handle.id, target);
  }

  /** Frees the memory of a handle (unless another shares it). */
  release(handle: Handle): void {
    handle.release();
  }

  /** A handle that shares the memory of a tensor of tfjs; each is released on its own. */
  handleOf(tensor: Tensor): Handle {
    const [id] = this.#backend.ids([tensor]);
    const shared = this.#context.share(id as number);
    return new Handle(this.#context, { id: shared, shape: tensor.shape, dtype: this.typeOf(tensor) });
  }

  /** A tensor of tfjs that shares the memory of a handle; each is released on its own. */
  tensorOf(handle: Handle): Tensor {
    const id = this.#context.share(handle.id);
    return this.#backend.tensor({ id, shape: [...handle.shape], dtype: codeOf(handle.dtype) });
  }

  #open(): void {
    if (this.#disposed) throw new CascadeError('ENGINE_CLOSED', 'The engine is closed.');
  }

  /** Gives memory of tensors and functions that were released back to the operating system, which otherwise stays the process's. */
  trim(): void {
    libc().trim();
  }

  /** Frees every tensor and function, and the context. Another engine may then be opened in this thread. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    process.off('exit', this.#atExit);
    this.#backend.dispose();
    this.#context.dispose();
    this.trim();
  }
}

function chooseDevice(devices: readonly Device[], asked: EngineOptions['device'], gpu = 0): Device {
  const gpus = devices.filter(({ type }) => type === 'GPU');
  const chosen =
    asked === undefined || asked === 'cpu'
      ? (gpus[gpu % (gpus.length || 1)] ?? devices.find(({ type }) => type === 'CPU'))
      : gpus.find(({ name }) => name.endsWith(`:GPU:${asked.slice('gpu:'.length)}`));
  if (chosen) return chosen;
  throw new CascadeError(
    'ENGINE_DEVICE',
    `TensorFlow has no device ${asked ?? 'at all'}; it has ${devices.map(({ name }) => name.replace(/^.*device:/, '')).join(', ') || 'none'}. ` +
      'A GPU needs a CUDA build of TensorFlow and its driver.',
  );
}

/**
 * Loads TensorFlow and opens a context: about 0.6 s the first time in a process, then some milliseconds.
 * A thread has one engine at a time; several threads may have one each.
 *
 * @throws CascadeError ENGINE_NOT_FOUND, ENGINE_UNUSABLE, ENGINE_DEVICE, ENGINE_THREADS or ENGINE_OPEN.
 */
export function openEngine(options: EngineOptions = {}): Engine {
  return new Engine(options);
}

/**
 * Frees what an engine owned whose worker was terminated, through the ledger it was opened with. Call it
 * after the worker's 'exit'; it does nothing where the engine had closed by itself.
 * @returns how many tensors were freed.
 */
export function reclaimEngine(ledger: SharedArrayBuffer, library?: LibraryLocation): number {
  return reclaim(loadTensorFlow(library ?? locateLibrary()), ledger);
}
