import { CascadeError } from '../../../common/errors.ts';
import { attributeCalls, attribute, type Attribute, type AttributeSetters } from './attributes.ts';
import type { Binding, TensorMetadata } from './binding.ts';
import { newId, type Context, type OutputSignature } from './context.ts';
import { dtypeOf, type DType } from './dtypes.ts';
import { elementsFor, hostTensor } from './host-tensor.ts';
import type { GraphOutput, TensorFlow } from './native.ts';
import type { Pointer } from './pointer.ts';
import type { Status } from './status.ts';

interface TracedTensor {
  readonly output: GraphOutput;
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** False where TensorFlow cannot tell the rank: such a tensor can only be handed from op to op. */
  readonly known: boolean;
}

/** Ops whose first inputs, as many as their attribute N says, are one list: a graph is told so, an eager op is not. */
const LIST_OPS: ReadonlySet<string> = new Set(['AddN', 'ConcatV2', 'Pack']);

function listLength(name: string, attributes: readonly Attribute[]): number {
  if (!LIST_OPS.has(name)) return 0;
  const length = attributes.find((each) => each.name === 'N')?.value;
  if (typeof length === 'number') return length;
  throw new CascadeError(
    'ENGINE_ATTRIBUTE',
    `The op ${name} needs its attribute N, the number of its tensors.`,
  );
}

/** tfjs's kernels add nodes to a graph instead of computing: the graph then becomes one function. */
export class TracingBinding implements Binding {
  readonly #context: Context;
  readonly #tensorflow: TensorFlow;
  readonly #status: Status;
  readonly #gpu: boolean;
  readonly #graph: Pointer;
  readonly #traced = new Map<number, TracedTensor>();
  readonly #setters: AttributeSetters;
  #nodes = 0;
  #disposed = false;

  constructor(context: Context, gpu: boolean) {
    this.#context = context;
    this.#tensorflow = context.tensorflow;
    this.#status = context.status;
    this.#gpu = gpu;
    const { tensorflow } = context;
    this.#setters = {
      type: tensorflow.TF_SetAttrType,
      int: tensorflow.TF_SetAttrInt,
      float: tensorflow.TF_SetAttrFloat,
      bool: tensorflow.TF_SetAttrBool,
      string: tensorflow.TF_SetAttrString,
      intList: tensorflow.TF_SetAttrIntList,
      shape: tensorflow.TF_SetAttrShape,
    };
    this.#graph = tensorflow.TF_NewGraph();
  }

  /** Nodes of the graph so far, inputs and constants among them. */
  get nodes(): number {
    return this.#nodes;
  }

  /** An input of the function to be. */
  placeholder(shape: readonly number[], dtype: DType): TensorMetadata {
    const attributes = [attribute.type('dtype', dtype), attribute.shape('shape', shape)];
    return this.#node('Placeholder', attributes, [], 1, false)[0] as TensorMetadata;
  }

  createTensor(shape: number[], dtype: number, values: unknown): number {
    const type = dtypeOf(dtype);
    const tensor = hostTensor(this.#tensorflow, elementsFor(values, shape, type), shape, type);
    try {
      const [made] = this.#node('Const', [attribute.type('dtype', type)], [], 1, true, (node) => {
        this.#tensorflow.TF_SetAttrTensor(node, 'value', tensor, this.#status.pointer);
        this.#status.check('a constant of the traced step');
      });
      return (made as TensorMetadata).id;
    } finally {
      this.#tensorflow.TF_DeleteTensor(tensor);
    }
  }

  /** tfjs is done with a tensor; its node stays, for others may read it. */
  deleteTensor(id: number): void {
    if (!this.#traced.delete(id) && this.#context.has(id)) this.#context.release(id);
  }

  tensorDataSync(): unknown {
    throw new CascadeError(
      'ENGINE_TRACE',
      'A traced step has no values yet: it cannot read a tensor or branch on one while it is being traced.',
    );
  }

  executeOp(name: string, attributes: Attribute[], inputs: number[], outputCount: number): TensorMetadata[] {
    return this.#node(name, attributes, inputs, outputCount, true);
  }

  isUsingGpuDevice(): boolean {
    return this.#gpu;
  }

  getNumOfTensors(): number {
    return this.#traced.size;
  }

  #node(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputCount: number,
    placed: boolean,
    complete?: (description: Pointer) => void,
  ): TensorMetadata[] {
    // Whatever can be refused is refused before the description exists: only finishing it frees it.
    const outputs = inputs.map((id) => this.#tensor(id, name).output);
    const calls = attributeCalls(name, attributes, this.#setters);
    const listed = listLength(name, attributes);
    const tensorflow = this.#tensorflow;
    const description = tensorflow.TF_NewOperation(this.#graph, name, `${name}_${this.#nodes}`);
    let failure: unknown;
    try {
      if (placed && this.#context.device !== '') tensorflow.TF_SetDevice(description, this.#context.device);
      if (listed > 0) tensorflow.TF_AddInputList(description, outputs.slice(0, listed), listed);
      for (const output of outputs.slice(listed)) tensorflow.TF_AddInput(description, output);
      for (const call of calls) call(description, this.#status);
      complete?.(description);
    } catch (error) {
      failure = error;
    }
    const finished = tensorflow.TF_FinishOperation(description, this.#status.pointer);
    if (failure) throw failure;
    const operation = this.#status.checked(finished, name);
    this.#nodes++;
    const made = tensorflow.TF_OperationNumOutputs(operation);
    if (made !== outputCount) {
      throw new CascadeError(
        'ENGINE_OUTPUTS',
        `The op ${name} has ${made} outputs, but ${outputCount} were expected.`,
      );
    }
    return Array.from({ length: made }, (_, index) => this.#output({ oper: operation, index }, name));
  }

  #tensor(id: number, reader: string): TracedTensor {
    const tensor = this.#traced.get(id);
    if (tensor) return tensor;
    throw new CascadeError(
      'ENGINE_TRACE',
      `${reader} reads a tensor that was made outside the trace: pass it as an input, or make it inside.`,
    );
  }

  #output(output: GraphOutput, name: string): TensorMetadata {
    const tensorflow = this.#tensorflow;
    const rank = tensorflow.TF_GraphGetTensorNumDims(this.#graph, output, this.#status.pointer);
    this.#status.check(`the shape of ${name}`);
    const dims = new BigInt64Array(Math.max(1, rank));
    if (rank > 0) {
      tensorflow.TF_GraphGetTensorShape(this.#graph, output, dims, rank, this.#status.pointer);
      this.#status.check(`the shape of ${name}`);
    }
    const known = rank >= 0;
    const shape = known ? Array.from(dims.subarray(0, rank), Number) : [0];
    if (shape.some((dimension) => dimension < 0)) {
      throw new CascadeError(
        'ENGINE_TRACE',
        `The shape of ${name} depends on values ([${shape.join(', ')}]): a traced step needs fixed shapes.`,
      );
    }
    const dtype = tensorflow.TF_OperationOutputType(output);
    const id = newId();
    this.#traced.set(id, { output, shape, dtype: dtypeOf(dtype), known });
    return { id, shape: [...shape], dtype };
  }

  /** What the given tensors are, in order. */
  signature(ids: readonly number[]): OutputSignature {
    return ids.map((id, index) => {
      const { shape, dtype, known } = this.#tensor(id, `Output ${index}`);
      if (!known) {
        throw new CascadeError(
          'ENGINE_TRACE',
          `Output ${index} of the traced step has a shape that depends on values: a traced step needs fixed shapes.`,
        );
      }
      return { shape, dtype };
    });
  }

  /** Turns the graph into a function of the context, under a name that is new there. */
  addFunction(name: string, inputs: readonly number[], outputs: readonly number[]): void {
    const tensorflow = this.#tensorflow;
    const during = `to make the function ${name}`;
    const outputsOf = (ids: readonly number[]) => ids.map((id) => this.#tensor(id, name).output);
    const definition = this.#status.checked(
      tensorflow.TF_GraphToFunction(
        this.#graph,
        name,
        0,
        -1, // every node of the graph but the inputs
        null,
        inputs.length,
        outputsOf(inputs),
        outputs.length,
        outputsOf(outputs),
        null,
        null,
        null,
        this.#status.pointer,
      ),
      during,
    );
    try {
      this.#context.addFunction(name, definition);
    } finally {
      tensorflow.TF_DeleteFunction(definition);
    }
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#traced.clear();
    this.#tensorflow.TF_DeleteGraph(this.#graph);
  }
}
