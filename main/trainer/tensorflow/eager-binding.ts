import type { Attribute } from './attributes.ts';
import type { Binding, TensorMetadata } from './binding.ts';
import type { Context } from './context.ts';
import { codeOf, dtypeOf } from './dtypes.ts';
import { elementsFor } from './host-tensor.ts';

/** tfjs's kernels run op by op in a context. */
export class EagerBinding implements Binding {
  readonly #context: Context;
  readonly #gpu: boolean;

  constructor(context: Context, gpu: boolean) {
    this.#context = context;
    this.#gpu = gpu;
  }

  createTensor(shape: number[], dtype: number, values: unknown): number {
    const type = dtypeOf(dtype);
    return this.#context.upload(elementsFor(values, shape, type), shape, type);
  }

  deleteTensor(id: number): void {
    // Tensors that outlive the engine, or their trace, are gone already; tfjs may still tell of them.
    if (this.#context.has(id)) this.#context.release(id);
  }

  tensorDataSync(id: number): unknown {
    return this.#context.download(id);
  }

  executeOp(name: string, attributes: Attribute[], inputs: number[], outputCount: number): TensorMetadata[] {
    return this.#context
      .execute(name, attributes, inputs, outputCount)
      .map(({ id, shape, dtype }) => ({ id, shape: [...shape], dtype: codeOf(dtype) }));
  }

  isUsingGpuDevice(): boolean {
    return this.#gpu;
  }

  getNumOfTensors(): number {
    return this.#context.size;
  }
}
