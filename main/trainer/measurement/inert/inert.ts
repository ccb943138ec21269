import type { NetworkDescription } from '../../../../common/network.ts';
import { forwardBounds, isZero } from './bounds.ts';
import { backwardReach } from './reach.ts';

/**
 * Which weights can change no output. Exact, without a threshold on magnitudes, in evaluation mode:
 *
 * A kept weight is inert when removing it — alone or together with any other inert weights — changes no logit for any
 * admissible input. Each of three facts proves that of a weight from input channel i to output channel o: the weight is
 * zero itself, channel i is constant zero, or channel o reaches no logit. A channel reaches no logit when every path
 * from it ends: at a weight of zero, at γ = 0 of a batch norm, at an activation that is proved to give one constant (a
 * ReLU that never fires, a ReLU6 or hard-sigmoid that never leaves its floor or its ceiling), or at a product with a
 * channel that is constant zero (the features behind a closed gate of squeeze-and-excite, and the gate of features that
 * are zero). Through an add a channel goes on as long as any path behind the add does. A weight that reads a channel of
 * another constant is not inert: it adds that constant.
 *
 * What a channel can be is proved by interval arithmetic from the range of the input pixels, over every subset of the
 * weights before it, widened by more than float32 can round. So removing inert weights leaves every proof standing,
 * and together they change as little as each does. It is sound, and not complete: a ReLU that no real image fires may
 * not be proved so, and its weights are then not called inert. Branches are bounded as if they knew nothing of each
 * other: two that always cancel in an add are not found. Nor are those called inert that only ever meet padding, as
 * the borders of a kernel do where an activation is a single pixel.
 *
 * Exact means to the bit: what is removed adds zeros, or is multiplied by zeros, or ends at an activation whose bits
 * are the same for all that it can be given.
 */
export interface LayerInertness {
  /** 1 for each input channel that is constant zero. */
  inputZero: Uint8Array;
  /** 1 for each output channel that is constant zero as the kernel leaves it, before any batch norm. */
  outputZero: Uint8Array;
  /** 1 for each output channel that reaches no logit. */
  outputBlocked: Uint8Array;
}

/**
 * @param values parameters by name, all finite; kernels with their masks applied
 * @returns inertness by the layer's name
 */
export function findInert(
  network: NetworkDescription,
  values: ReadonlyMap<string, Float32Array>,
): Map<string, LayerInertness> {
  const bounds = forwardBounds(network, values);
  const reaches = backwardReach(network, values, bounds);
  const nodes = new Map(network.nodes.map((node) => [node.name, node]));
  const zeros = (node: string): Uint8Array => {
    const of = bounds.get(node)!;
    return Uint8Array.from(of.low, (_, channel) => (isZero(of, channel) ? 1 : 0));
  };
  return new Map(
    network.layers.map(({ name }) => [
      name,
      {
        inputZero: zeros(nodes.get(name)!.inputs[0]!),
        outputZero: zeros(name),
        outputBlocked: reaches.get(name)!.map((reached) => 1 - reached),
      },
    ]),
  );
}
