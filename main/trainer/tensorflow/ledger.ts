import type { TensorFlow } from './native.ts';
import type { Pointer } from './pointer.ts';

/** Words of the shared memory before the tensors: the context, its status, the op being run. */
const CONTEXT = 0;
const STATUS = 1;
const OP = 2;
const OUTPUTS = 3;
const OUTPUT_CAPACITY = 4096;
const TENSORS = OUTPUTS + OUTPUT_CAPACITY;
const TENSOR_CAPACITY = 16_384;
const BYTES = (TENSORS + TENSOR_CAPACITY) * BigUint64Array.BYTES_PER_ELEMENT;

/** Memory through which one thread can free what an engine in another thread owned. */
export function createLedger(): SharedArrayBuffer {
  return new SharedArrayBuffer(BYTES);
}

/**
 * The native objects that an engine owns, written down in memory that outlives its thread:
 * `worker.terminate()` runs no `finally` and no exit handler, so that another thread must do the freeing.
 * What does not fit is merely not written down.
 */
export class Ledger {
  /** Where an op puts its outputs: written by C, so that even those are known which JavaScript never saw. */
  readonly outputs: BigUint64Array;
  readonly #words: BigUint64Array;
  readonly #slots = new Map<Pointer, number>();
  readonly #free: number[] = [];
  #next = TENSORS;

  constructor(memory: SharedArrayBuffer) {
    this.#words = new BigUint64Array(memory);
    this.outputs = this.#words.subarray(OUTPUTS, OUTPUTS + OUTPUT_CAPACITY);
  }

  context(context: Pointer, status: Pointer): void {
    this.#words[STATUS] = status;
    this.#words[CONTEXT] = context;
  }

  /** The op that is being run; 0n for none. */
  op(op: Pointer): void {
    this.#words[OP] = op;
  }

  add(tensor: Pointer): void {
    const slot = this.#free.pop() ?? this.#next++;
    this.#slots.set(tensor, slot);
    this.#words[slot] = tensor;
  }

  /** Call it before the tensor is deleted: what is gone must not be freed again. */
  remove(tensor: Pointer): void {
    const slot = this.#slots.get(tensor);
    if (slot === undefined) return;
    this.#slots.delete(tensor);
    this.#words[slot] = 0n;
    this.#free.push(slot);
  }

  clear(): void {
    this.#words.fill(0n);
    this.#slots.clear();
  }
}

/** Whether an engine still owns something: once its thread has ended, that it could not free it. */
export function isOwing(memory: SharedArrayBuffer): boolean {
  return new BigUint64Array(memory)[CONTEXT] !== 0n;
}

/**
 * Frees whatever an engine owned whose thread has ended (never one that still runs).
 * @returns how many tensors were freed; 0 where the engine had closed by itself.
 */
export function reclaim(tensorflow: TensorFlow, memory: SharedArrayBuffer): number {
  const words = new BigUint64Array(memory);
  const context = words[CONTEXT] ?? 0n;
  if (context === 0n) return 0;
  const op = words[OP] ?? 0n;
  if (op !== 0n) tensorflow.TFE_DeleteOp(op);
  // An output may stand in both places when its thread ended while it was being written down.
  const tensors = new Set(words.subarray(OUTPUTS));
  tensors.delete(0n);
  for (const tensor of tensors) tensorflow.TFE_DeleteTensorHandle(tensor);
  tensorflow.TFE_DeleteContext(context);
  const status = words[STATUS] ?? 0n;
  if (status !== 0n) tensorflow.TF_DeleteStatus(status);
  words.fill(0n);
  return tensors.size;
}
