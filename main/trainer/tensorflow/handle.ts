import { CascadeError } from '../../../common/errors.ts';
import type { Context, DeviceTensor } from './context.ts';
import type { DType } from './dtypes.ts';

/** A tensor in device memory, owned by whoever holds this. */
export class Handle {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly #context: Context;
  #id: number;

  constructor(context: Context, tensor: DeviceTensor) {
    this.#context = context;
    this.#id = tensor.id;
    this.shape = tensor.shape;
    this.dtype = tensor.dtype;
  }

  /** Its number in the context; using a released handle is an error. */
  get id(): number {
    if (this.#id === 0) {
      throw new CascadeError(
        'ENGINE_RELEASED',
        `This ${this.dtype} tensor of shape [${this.shape.join(', ')}] was released before.`,
      );
    }
    return this.#id;
  }

  get released(): boolean {
    return this.#id === 0;
  }

  release(): void {
    this.#context.release(this.id);
    this.#id = 0;
  }
}
