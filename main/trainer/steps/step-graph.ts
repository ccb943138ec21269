import type { NetworkDescription, ParameterDescription } from '../../../common/network.ts';
import { augment } from '../augmentation/augment.ts';
import { seededDraws } from '../augmentation/draws.ts';
import { blend } from '../loss/arithmetic.ts';
import type { Losses, TracedMixture } from '../loss/loss.ts';
import { forward } from '../network/forward.ts';
import { averagings } from '../optimization/averaging/registry.ts';
import { gradientClippings } from '../optimization/gradient-clipping/registry.ts';
import { masked } from '../optimization/optimizers/arithmetic.ts';
import { attribute } from '../tensorflow/attributes.ts';
import type { Tensor } from '../tensorflow/engine.ts';
import { gather, standardize } from '../tensorflow/operations/index.ts';
import type { DeviceSplit } from './device-data.ts';
import { isTrained } from './device-state.ts';
import { lossOf, stateSlots, type StepDesign } from './step-design.ts';

/** What a step reads of its batch. */
const BATCH_GROUPS = [
  /** Of the split, or of the batch where the split is too large for memory. */
  'images',
  'labels',
  /** Examples of the batch. */
  'indices',
  /** Sum of the losses and number of correct answers so far. */
  'totals',
  /** Of what the step draws, int32 [2]; none where it draws nothing. */
  'seed',
  /** Of each image in the batch, and λ; none where images are not mixed. */
  'partners',
  'share',
] as const;

/** What goes into the first half of a step, into the second, and into the whole, in this order. */
export const GRADIENT_GROUPS = [...BATCH_GROUPS, 'parameters'] as const;
export const UPDATE_GROUPS = [
  'optimizerScalars',
  'averagingScalars',
  'parameters',
  'slots',
  'masks',
] as const;
export const STEP_GROUPS = [...BATCH_GROUPS, ...UPDATE_GROUPS] as const;
type Group = (typeof STEP_GROUPS)[number];

/** Handles, tensors or shapes of some inputs of a step, group by group. */
type Inputs<T, Groups extends Group> = Readonly<Record<Groups, readonly T[]>>;
export type StepInputs<T> = Inputs<T, Group>;
export type GradientInputs<T> = Inputs<T, (typeof GRADIENT_GROUPS)[number]>;
export type UpdateInputs<T> = Inputs<T, (typeof UPDATE_GROUPS)[number]>;

/** Some inputs of a step in the order of their groups. */
export function inOrder<T, Groups extends Group>(inputs: Inputs<T, Groups>, groups: readonly Groups[]): T[] {
  return groups.flatMap((group) => inputs[group]);
}

/** The opposite of `inOrder`, for inputs as many as those of `like`. */
export function inGroups<T, Groups extends Group>(
  ordered: readonly T[],
  like: Inputs<unknown, Groups>,
  groups: readonly Groups[],
): Inputs<T, Groups> {
  let position = 0;
  const take = (count: number): T[] => ordered.slice(position, (position += count));
  return Object.fromEntries(groups.map((group) => [group, take(like[group].length)])) as Record<Groups, T[]>;
}

/** The seed of everything else that a step draws is the network's, with this added to its first word. */
const AUGMENTATION_STREAMS = 1;

/**
 * Adds a training step to the trace.
 * @returns the totals, the parameters and their slots after the step, in the order of the inputs
 */
export function stepGraph(
  design: StepDesign,
  given: StepInputs<Tensor>,
  data: Pick<DeviceSplit, 'rotated' | 'source'>,
): Tensor[] {
  const { totals, gradients, statistics } = gradientGraph(design, given, data);
  const { weights, slots } = updateGraph(design, given, gradients);
  return [...totals, ...parametersOf(design.network, weights, statistics), ...slots];
}

/** The network's parameters in its order, from the trained ones and the running statistics in theirs. */
export function parametersOf<T>(
  { parameters }: NetworkDescription,
  weights: readonly T[],
  statistics: readonly T[],
): T[] {
  const [trained, running] = [weights.values(), statistics.values()];
  return parameters.map((parameter) => (isTrained(parameter) ? trained : running).next().value as T);
}

/** What the first half of a step makes of a batch. */
export interface StepGradients {
  totals: Tensor[];
  /** Of the trained parameters, in their order, before any clipping. */
  gradients: Tensor[];
  /** New running statistics, in the order of their parameters. */
  statistics: Tensor[];
}

/** Adds the first half of a step to the trace: forward, loss, backward. It reads neither slots nor masks nor rates. */
export function gradientGraph(
  design: StepDesign,
  given: GradientInputs<Tensor>,
  data: Pick<DeviceSplit, 'rotated' | 'source'>,
): StepGradients {
  const { engine, network } = design;
  const { tf } = engine;
  const values = new Map(network.parameters.map(({ name }, index) => [name, given.parameters[index]!]));
  const { losses, correct, gradients, running } = differentiate(design, given, values, data);
  const [lossTotal, correctTotal] = given.totals as [Tensor, Tensor];
  return {
    totals: [tf.add(lossTotal, tf.sum(losses)), tf.add(correctTotal, tf.cast(tf.sum(correct), 'float32'))],
    gradients,
    statistics: network.parameters
      .filter((parameter) => !isTrained(parameter))
      .map(({ name }) => running.get(name)!),
  };
}

interface Differentiated extends Losses {
  /** Of the trained parameters, in their order. */
  gradients: Tensor[];
  /** New running statistics by name. */
  running: Map<string, Tensor>;
}

function differentiate(
  design: StepDesign,
  given: GradientInputs<Tensor>,
  values: ReadonlyMap<string, Tensor>,
  { rotated, source }: Pick<DeviceSplit, 'rotated' | 'source'>,
): Differentiated {
  const { engine, network } = design;
  const { tf } = engine;
  const loss = lossOf(design);
  const trained = network.parameters.filter(isTrained);
  const [partners, share, seed] = [given.partners[0], given.share[0], given.seed[0]];
  const mixture: TracedMixture | null = partners && share ? { partners, share } : null;
  const indices = given.indices[0]!;
  const bytes = source ? given.images[0]! : gather(engine, given.images[0]!, indices);
  const images = prepare(design, bytes, mixture, seed, rotated);
  const labels = gather(engine, given.labels[0]!, indices);
  const running = new Map<string, Tensor>();
  let kept!: Losses;
  const { grads } = tf.valueAndGrads((...parameters: Tensor[]) => {
    const current = new Map(trained.map(({ name }, index) => [name, parameters[index]!]));
    const logits = forward(
      {
        engine,
        training: true,
        rotated,
        seed: seed ?? null,
        parameter: (name) => current.get(name) ?? values.get(name)!,
        updated: (name, value) => running.set(name, value),
      },
      network,
      images,
    );
    const { losses, correct } = loss.losses(engine, logits, labels, mixture);
    kept = { losses: tf.keep(losses), correct: tf.keep(correct) };
    return tf.mean(losses).asScalar();
  })(trained.map(({ name }) => values.get(name)!));
  return { ...kept, gradients: grads, running };
}

/** What the network reads of the batch: augmented, standardised, mixed. */
function prepare(
  { engine, augmentation = [], standardization }: StepDesign,
  bytes: Tensor,
  mixture: TracedMixture | null,
  seed: Tensor | undefined,
  rotated: boolean,
): Tensor {
  const images =
    augmentation.length > 0 && seed
      ? augment(
          augmentation,
          {
            engine,
            rotated,
            mean: standardization.mean.map((mean) => 255 * mean),
            draws: seededDraws(
              engine,
              engine.tf.add(seed, engine.constant(Int32Array.of(AUGMENTATION_STREAMS, 0), [2], 'int32')),
            ),
          },
          engine.op(
            'Cast',
            [
              attribute.type('SrcT', engine.typeOf(bytes)),
              attribute.type('DstT', engine.precision),
              attribute.bool('Truncate', false),
            ],
            [bytes],
            1,
          )[0]!,
        )
      : bytes;
  const standard = standardize(engine, images, standardization);
  return mixture
    ? blend(engine, standard, gather(engine, standard, mixture.partners), mixture.share)
    : standard;
}

/** Trained parameters and their slots after a step, in the order of the network's. */
export interface StepUpdate {
  weights: Tensor[];
  slots: Tensor[];
}

/**
 * Adds the second half of a step to the trace: clipping, optimizer, masks, averages.
 * @param gradients of the trained parameters, in their order
 */
export function updateGraph(
  design: StepDesign,
  given: UpdateInputs<Tensor>,
  gradients: readonly Tensor[],
): StepUpdate {
  const { engine, network, optimizer, gradientClipping, averaging } = design;
  const values = new Map(network.parameters.map(({ name }, index) => [name, given.parameters[index]!]));
  const trained = network.parameters.filter(isTrained);
  const masks = new Map(network.layers.map(({ kernel }, index) => [kernel, given.masks[index]!]));
  const maskOf = ({ name }: ParameterDescription): Tensor | null => masks.get(name) ?? null;
  const clipped = gradientClipping
    ? gradientClippings.open(gradientClipping).clip(
        engine,
        trained.map((parameter, index) => masked(engine, gradients[index]!, maskOf(parameter))),
      )
    : gradients;
  const decay = optimizer.decays();
  const slotCount = stateSlots(design).length;
  const updates = trained.map((parameter, index) => {
    const { name, role } = parameter;
    const slots = given.slots.slice(index * slotCount, (index + 1) * slotCount);
    const updated = optimizer.update({
      engine,
      weight: values.get(name)!,
      gradient: clipped[index]!,
      slots: slots.slice(0, optimizer.slots.length),
      mask: maskOf(parameter),
      decays: role === 'kernel' || (role === 'bias' ? decay.biases : decay.batchNorm),
      scalars: [...given.optimizerScalars],
    });
    if (!averaging) return updated;
    const average = averagings
      .open(averaging)
      .update(engine, slots.at(-1)!, updated.weight, given.averagingScalars);
    return { weight: updated.weight, slots: [...updated.slots, average] };
  });
  return {
    weights: updates.map(({ weight }) => weight),
    slots: updates.flatMap(({ slots }) => slots),
  };
}
