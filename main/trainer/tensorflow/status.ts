import { CascadeError } from '../../../common/errors.ts';
import type { TensorFlow } from './native.ts';
import type { Pointer } from './pointer.ts';

/** TF_Code of tensorflow/c/tf_status.h, by number. */
const CODES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

/** How a device that is out of memory words it where the status code is INTERNAL or UNKNOWN. */
const OUT_OF_MEMORY =
  /CUDA_ERROR_OUT_OF_MEMORY|out of memory|OOM when allocating|Dst tensor is not initialized|(CUDNN|CUBLAS|CUSOLVER)_STATUS_ALLOC_FAILED|failed to allocate memory/i;

/** An error of TensorFlow, with its own code and words. `code` is TENSORFLOW, or DEVICE_MEMORY. */
export class TensorFlowError extends CascadeError {
  /** TensorFlow's name of the status: INVALID_ARGUMENT, RESOURCE_EXHAUSTED, … */
  readonly status: string;
  /** TensorFlow's message, unchanged. */
  readonly detail: string;

  constructor(status: string, detail: string, during: string) {
    const memory = status === 'RESOURCE_EXHAUSTED' || OUT_OF_MEMORY.test(detail);
    super(
      memory ? 'DEVICE_MEMORY' : 'TENSORFLOW',
      memory
        ? `The device ran out of memory (${during}): use a smaller batch, run fewer at once, or choose another device. TensorFlow says: ${detail}`
        : `TensorFlow refused ${during} (${status}): ${detail}`,
    );
    this.name = 'TensorFlowError';
    this.status = status;
    this.detail = detail;
  }
}

/** One TF_Status, used for call after call and checked after each. */
export class Status {
  readonly pointer: Pointer;
  readonly #tensorflow: TensorFlow;

  constructor(tensorflow: TensorFlow) {
    this.#tensorflow = tensorflow;
    this.pointer = tensorflow.TF_NewStatus();
  }

  /** Throws what the last call reported; `during` says in words what was being done. */
  check(during: string): void {
    const code = this.#tensorflow.TF_GetCode(this.pointer);
    if (code === 0) return;
    throw new TensorFlowError(
      CODES[code] ?? `code ${code}`,
      this.#tensorflow.TF_Message(this.pointer),
      during,
    );
  }

  /** The same for a call that returns a pointer: NULL without a reason is an error too. */
  checked(pointer: Pointer | null, during: string): Pointer {
    this.check(during);
    if (!pointer) throw new TensorFlowError('INTERNAL', 'no object was returned', during);
    return pointer;
  }

  delete(): void {
    this.#tensorflow.TF_DeleteStatus(this.pointer);
  }
}
