import { CascadeError } from '../../../common/errors.ts';
import { attributeCalls, type Attribute, type AttributeSetters } from './attributes.ts';
import { encodeConfig, type ContextConfig } from './config-proto.ts';
import { listDevices, type Device } from './devices.ts';
import { arrayFor, bytesOf, dtypeOf, type DType, type TypedArray } from './dtypes.ts';
import { hostTensor } from './host-tensor.ts';
import { createLedger, Ledger } from './ledger.ts';
import type { TensorFlow } from './native.ts';
import type { Pointer } from './pointer.ts';
import { Status } from './status.ts';
import { libc } from './system.ts';

/** A tensor in device memory, by number: native pointers never leave this file and the tracing binding. */
export interface DeviceTensor {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** What the outputs of an op are known to be; without it, TensorFlow is asked. */
export type OutputSignature = readonly { readonly shape: readonly number[]; readonly dtype: DType }[];

/** Numbers of tensors are never used twice in a thread, so that a stale one cannot name another tensor. */
let nextId = 1;
export const newId = (): number => nextId++;

/** An eager context of TensorFlow and every tensor it holds. All of it is freed by `dispose`. */
export class Context {
  readonly tensorflow: TensorFlow;
  readonly status: Status;
  readonly devices: readonly Device[];
  readonly #context: Pointer;
  readonly #tensors = new Map<number, Pointer>();
  readonly #setters: AttributeSetters;
  readonly #count = new Int32Array(1);
  readonly #ledger: Ledger;
  #device = '';
  #disposed = false;

  constructor(tensorflow: TensorFlow, config: ContextConfig, ledger = createLedger()) {
    this.#ledger = new Ledger(ledger);
    this.tensorflow = tensorflow;
    this.status = new Status(tensorflow);
    const options = tensorflow.TFE_NewContextOptions();
    try {
      const proto = encodeConfig(config);
      tensorflow.TFE_ContextOptionsSetConfig(options, proto, proto.length, this.status.pointer);
      this.status.check('the settings of its context');
      const context = tensorflow.TFE_NewContext(options, this.status.pointer);
      this.#context = this.status.checked(context, 'to open a context');
      this.#ledger.context(this.#context, this.status.pointer);
      this.devices = listDevices(tensorflow, this.#context, this.status);
    } catch (error) {
      this.status.delete();
      throw error;
    } finally {
      tensorflow.TFE_DeleteContextOptions(options);
    }
    this.#setters = {
      type: tensorflow.TFE_OpSetAttrType,
      int: tensorflow.TFE_OpSetAttrInt,
      float: tensorflow.TFE_OpSetAttrFloat,
      bool: tensorflow.TFE_OpSetAttrBool,
      string: tensorflow.TFE_OpSetAttrString,
      intList: tensorflow.TFE_OpSetAttrIntList,
      shape: (op, name, dims, count, status) => {
        tensorflow.TFE_OpSetAttrShape(op, name, dims, count, status.pointer);
        status.check(`the shape ${name}`);
      },
    };
  }

  /** Tensors now in device memory. */
  get size(): number {
    return this.#tensors.size;
  }

  /** The device that ops run on; '' leaves it to TensorFlow. */
  get device(): string {
    return this.#device;
  }

  set device(name: string) {
    this.#device = name;
  }

  #pointer(id: number): Pointer {
    const pointer = this.#tensors.get(id);
    if (pointer === undefined) {
      throw new CascadeError(
        'ENGINE_RELEASED',
        this.#disposed
          ? 'The engine is closed.'
          : `Tensor ${id} is not in device memory: it was released, or belongs to a traced function.`,
      );
    }
    return pointer;
  }

  #own(pointer: Pointer): number {
    const id = newId();
    this.#tensors.set(id, pointer);
    this.#ledger.add(pointer);
    return id;
  }

  /** Is this the number of a tensor in device memory? */
  has(id: number): boolean {
    return this.#tensors.has(id);
  }

  /** Copies an array into device memory. int32 stays in host memory, where TensorFlow's functions want it. */
  upload(data: TypedArray, shape: readonly number[], dtype: DType): number {
    this.#open();
    const { tensorflow, status } = this;
    const during = `to hold a tensor of shape [${shape.join(', ')}]`;
    const tensor = hostTensor(tensorflow, data, shape, dtype);
    let handle: Pointer;
    try {
      handle = status.checked(tensorflow.TFE_NewTensorHandle(tensor, status.pointer), during);
    } finally {
      tensorflow.TF_DeleteTensor(tensor);
    }
    if (this.#device === '' || dtype === 'int32') return this.#own(handle);
    try {
      const copy = tensorflow.TFE_TensorHandleCopyToDevice(
        handle,
        this.#context,
        this.#device,
        status.pointer,
      );
      return this.#own(status.checked(copy, during));
    } finally {
      tensorflow.TFE_DeleteTensorHandle(handle);
    }
  }

  /** A second number for the same memory, released on its own. */
  share(id: number): number {
    const copy = this.tensorflow.TFE_TensorHandleCopySharingTensor(this.#pointer(id), this.status.pointer);
    return this.#own(this.status.checked(copy, 'to share a tensor'));
  }

  release(id: number): void {
    const pointer = this.#pointer(id);
    this.#tensors.delete(id);
    this.#ledger.remove(pointer);
    this.tensorflow.TFE_DeleteTensorHandle(pointer);
  }

  dtype(id: number): DType {
    return dtypeOf(this.tensorflow.TFE_TensorHandleDataType(this.#pointer(id)));
  }

  shape(id: number): number[] {
    const { tensorflow, status } = this;
    const pointer = this.#pointer(id);
    const rank = tensorflow.TFE_TensorHandleNumDims(pointer, status.pointer);
    status.check('the rank of a tensor');
    return Array.from({ length: rank }, (_, index) => {
      const dimension = tensorflow.TFE_TensorHandleDim(pointer, index, status.pointer);
      status.check('the shape of a tensor');
      return dimension;
    });
  }

  /** Copies a tensor out, into `target` where one is given; it waits for the device to have made it. */
  download(id: number, target?: TypedArray): TypedArray {
    const { tensorflow, status } = this;
    const dtype = this.dtype(id);
    const tensor = status.checked(
      tensorflow.TFE_TensorHandleResolve(this.#pointer(id), status.pointer),
      'to read a tensor',
    );
    try {
      const bytes = tensorflow.TF_TensorByteSize(tensor);
      const array = target ?? arrayFor(dtype, bytes / bytesOf(dtype));
      if (array.byteLength !== bytes || !(array instanceof arrayFor(dtype, 0).constructor)) {
        throw new CascadeError(
          'ENGINE_SHAPE',
          `A tensor of ${bytes / bytesOf(dtype)} ${dtype} values does not fit a ${array.constructor.name} of ${array.length}.`,
        );
      }
      const memory = tensorflow.TF_TensorData(tensor);
      if (bytes > 0 && memory) libc().memcpy(array, memory, bytes);
      return array;
    } finally {
      tensorflow.TF_DeleteTensor(tensor);
    }
  }

  /** Runs an op or a function of this context on tensors in device memory. */
  execute(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputCount: number,
    signature?: OutputSignature,
  ): DeviceTensor[] {
    this.#open();
    const { tensorflow, status } = this;
    const pointers = inputs.map((id) => this.#pointer(id));
    const calls = attributeCalls(name, attributes, this.#setters);
    const shared = this.#ledger.outputs;
    const outputs = outputCount <= shared.length ? shared : new BigUint64Array(outputCount);
    const op = status.checked(
      tensorflow.TFE_NewOp(this.#context, name, status.pointer),
      `to make the op ${name}`,
    );
    this.#ledger.op(op);
    try {
      if (this.#device !== '') {
        tensorflow.TFE_OpSetDevice(op, this.#device, status.pointer);
        status.check(`to place ${name} on ${this.#device}`);
      }
      for (const call of calls) call(op, status);
      for (const pointer of pointers) {
        tensorflow.TFE_OpAddInput(op, pointer, status.pointer);
        status.check(`an input of ${name}`);
      }
      this.#count[0] = outputCount;
      tensorflow.TFE_Execute(op, outputs, this.#count, status.pointer);
      status.check(name);
    } catch (error) {
      outputs.fill(0n, 0, outputCount);
      throw error;
    } finally {
      this.#ledger.op(0n);
      tensorflow.TFE_DeleteOp(op);
    }
    const made = this.#count[0] ?? 0;
    const ids = Array.from({ length: made }, (_, index) => this.#own(outputs[index] ?? 0n));
    outputs.fill(0n, 0, made);
    if (made !== outputCount) {
      for (const id of ids) this.release(id);
      throw new CascadeError(
        'ENGINE_OUTPUTS',
        `The op ${name} has ${made} outputs, but ${outputCount} were expected.`,
      );
    }
    return ids.map((id, index) => {
      const known = signature?.[index];
      return {
        id,
        shape: known ? known.shape : this.shape(id),
        dtype: known ? known.dtype : this.dtype(id),
      };
    });
  }

  /** Makes a function executable by its name; the definition stays the caller's. */
  addFunction(name: string, definition: Pointer): void {
    this.#open();
    this.tensorflow.TFE_ContextAddFunction(this.#context, definition, this.status.pointer);
    this.status.check(`to add the function ${name}`);
  }

  removeFunction(name: string): void {
    if (this.#disposed) return;
    this.tensorflow.TFE_ContextRemoveFunction(this.#context, name, this.status.pointer);
    this.status.check(`to remove the function ${name}`);
  }

  #open(): void {
    if (this.#disposed) throw new CascadeError('ENGINE_CLOSED', 'The engine is closed.');
  }

  /** Frees every tensor and the context. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#ledger.clear();
    for (const pointer of this.#tensors.values()) this.tensorflow.TFE_DeleteTensorHandle(pointer);
    this.#tensors.clear();
    this.tensorflow.TFE_DeleteContext(this.#context);
    this.status.delete();
  }
}
