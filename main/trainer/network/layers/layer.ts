import type { NetworkNode } from '../../../../common/network.ts';
import type { Engine, Tensor } from '../../tensorflow/engine.ts';

/** What a layer's forward pass may use while the step is traced. */
export interface ForwardContext {
  engine: Engine;
  training: boolean;
  /** Whether images and activations lie rotated by half a turn: see `runsRotated`. */
  rotated: boolean;
  /**
   * What the step's randomness is drawn from: int32 [2], other numbers at every step. Needed in training where the
   * network has a node of dropout; every node draws from a stream of its own.
   */
  seed: Tensor | null;
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
    ...inputs: [Tensor, ...Tensor[]]
  ): Tensor;
}
