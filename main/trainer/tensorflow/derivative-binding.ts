import { CascadeError } from '../../../common/errors.ts';
import type { Attribute } from './attributes.ts';
import type { Binding, TensorMetadata } from './binding.ts';
import { DERIVATIVE_RULES } from './derivative-rules.ts';
import { arrayFor, codeOf, dtypeOf } from './dtypes.ts';
import type { TracingBinding } from './tracing-binding.ts';

/**
 * A trace that carries, beside every tensor that depends on one with a direction, its derivative along all directions:
 * forward-mode differentiation. Over a gradient it gives the Hessian's product with the direction, exactly.
 */
export class DerivativeBinding implements Binding {
  readonly #tracing: TracingBinding;
  readonly #derivatives = new Map<number, TensorMetadata>();

  constructor(tracing: TracingBinding) {
    this.#tracing = tracing;
  }

  /** From here on, what is computed from the tensor changes along `direction`, a tensor of its shape and type. */
  setDirection(id: number, direction: TensorMetadata): void {
    this.#derivatives.set(id, direction);
  }

  /** The derivative of a tensor; undefined where it depends on no direction. */
  derivativeOf(id: number): TensorMetadata | undefined {
    return this.#derivatives.get(id);
  }

  executeOp(name: string, attributes: Attribute[], inputs: number[], outputCount: number): TensorMetadata[] {
    const tracing = this.#tracing;
    const outputs = tracing.executeOp(name, attributes, inputs, outputCount);
    const derivatives = inputs.map((id) => this.#derivatives.get(id)?.id);
    if (derivatives.every((id) => id === undefined)) return outputs;
    const rule = DERIVATIVE_RULES[name];
    if (!rule)
      throw new CascadeError(
        'ENGINE_DERIVATIVE',
        `The op ${name} has no rule for its derivative: add one to derivative-rules.ts.`,
      );
    const made = new Map<number, TensorMetadata>();
    const run = (op: string, given: readonly Attribute[], from: readonly number[], count = 1): number[] =>
      tracing.executeOp(op, [...given], [...from], count).map((tensor) => {
        made.set(tensor.id, tensor);
        return tensor.id;
      });
    const results = rule({
      attributes,
      inputs,
      outputs,
      derivatives,
      run,
      again: (from) => run(name, attributes, from, outputCount),
      integers: (values) => tracing.createTensor([values.length], codeOf('int32'), Int32Array.from(values)),
      scalar: (value) => {
        const dtype = outputs[0]!.dtype;
        return tracing.createTensor([], dtype, arrayFor(dtypeOf(dtype), 1).fill(value as never));
      },
    });
    results.forEach((id, index) => {
      if (id !== undefined) this.#derivatives.set(outputs[index]!.id, made.get(id)!);
    });
    return outputs;
  }

  createTensor(shape: number[], dtype: number, values: unknown): number {
    return this.#tracing.createTensor(shape, dtype, values);
  }

  deleteTensor(id: number): void {
    this.#tracing.deleteTensor(id);
  }

  tensorDataSync(): unknown {
    return this.#tracing.tensorDataSync();
  }

  isUsingGpuDevice(): boolean {
    return this.#tracing.isUsingGpuDevice();
  }

  getNumOfTensors(): number {
    return this.#tracing.getNumOfTensors();
  }
}
