import { CascadeError } from '../../../common/errors.ts';
import { attribute, type Attribute } from './attributes.ts';
import type { Context, OutputSignature } from './context.ts';
import type { DType } from './dtypes.ts';
import { Handle } from './handle.ts';

interface Definition {
  readonly name: string;
  readonly nodes: number;
  readonly inputs: readonly { readonly shape: readonly number[]; readonly dtype: DType }[];
  readonly outputs: OutputSignature;
  readonly compile: 'xla' | undefined;
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** A step that was traced: one op of TensorFlow from device memory to device memory. */
export class TracedFunction {
  readonly name: string;
  /** Nodes of its graph, before TensorFlow optimises it. */
  readonly nodes: number;
  readonly inputs: Definition['inputs'];
  readonly outputs: OutputSignature;
  readonly #context: Context;
  readonly #attributes: readonly Attribute[];
  #disposed = false;

  constructor(context: Context, definition: Definition) {
    this.#context = context;
    this.name = definition.name;
    this.nodes = definition.nodes;
    this.inputs = definition.inputs;
    this.outputs = definition.outputs;
    this.#attributes = definition.compile === 'xla' ? [attribute.bool('_XlaMustCompile', true)] : [];
  }

  /**
   * Runs the function. The inputs stay the caller's, and the outputs become so: release both.
   * @throws TensorFlowError, of code DEVICE_MEMORY where the device's memory does not suffice.
   */
  call(inputs: readonly Handle[]): Handle[] {
    if (this.#disposed) throw new CascadeError('ENGINE_RELEASED', `${this.name} was disposed of before.`);
    if (inputs.length !== this.inputs.length) {
      throw new CascadeError(
        'ENGINE_SHAPE',
        `${this.name} takes ${this.inputs.length} tensors, but ${inputs.length} were given.`,
      );
    }
    const ids = inputs.map((handle, index) => {
      const expected = this.inputs[index] as Definition['inputs'][number];
      if (handle.dtype !== expected.dtype || !sameShape(handle.shape, expected.shape)) {
        throw new CascadeError(
          'ENGINE_SHAPE',
          `Input ${index} of ${this.name} is ${expected.dtype}[${expected.shape.join(', ')}], ` +
            `but a ${handle.dtype}[${handle.shape.join(', ')}] was given.`,
        );
      }
      return handle.id;
    });
    return this.#context
      .execute(this.name, this.#attributes, ids, this.outputs.length, this.outputs)
      .map((tensor) => new Handle(this.#context, tensor));
  }

  /** Removes the function from the context. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#context.removeFunction(this.name);
  }
}
