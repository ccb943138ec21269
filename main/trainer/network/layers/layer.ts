import type { NetworkNode } from '../../../../common/network.ts';
import type { Engine, Tensor } from '../../tensorflow/engine.ts';

/** What a layer's forward pass may use while the step is traced. */
export interface ForwardContext {
  engine: Engine;
  training: boolean;
  /** Whether images and activations lie turned by half a turn: see `runsTurned`. */
  turned: boolean;
  /** A parameter's tensor by name. */
  parameter(name: string): Tensor;
  /** Tells the step a parameter's new value that is no optimizer's business: batch norm's running statistics. */
  updated(name: string, value: Tensor): void;
}

/** The forward pass of one kind of node; its gradient comes from the operations that it uses. */
export interface Layer<Operation extends NetworkNode['operation'] = NetworkNode['operation']> {
  operation: Operation;
  forward(
    context: ForwardContext,
    node: Extract<NetworkNode, { operation: Operation }>,
    input: Tensor,
  ): Tensor;
}
