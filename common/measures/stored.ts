/**
 * How numbers are told by SQL from the tables of a workspace (main/workspace/migrations), so that curves, views and queries take
 * them from the file of their measure. An expression may use these rows, which whoever makes a statement of it brings:
 *
 * - of an epoch: `epoch` (of epochs), `network` (of environments), `dense` and `previous_mask` (of excess_totals, over the
 *   control of each kind, after the same epoch); no row of a kind where there is none.
 * - of a layer after an epoch: `layer` (of layers), `layer_epoch` (of layer_epochs), and `dense` and `previous_mask` of excess.
 * - of a class after an epoch: `class`, with its `examples` and the `correct` answers.
 *
 * A number of a run is that of its last epoch.
 */

/** Ideas of what may be left out, of those that are told of a layer or network: see `ideas.ts`. */
export const STORED_IDEAS = ['dense', 'masked', 'without_shed', 'without_inert', 'compacted'] as const;
export type StoredIdea = (typeof STORED_IDEAS)[number];

/** Which of several numbers is meant. */
export interface StoredKey {
  /** SQL for the place of the threshold in the run's ladder: an integer, or null for one that it lacks. */
  threshold: string;
  idea: StoredIdea;
}

/** An SQL expression of a number: null where it is not known. */
export type StoredNumber = (key: StoredKey) => string;

/** The expressions of a measure, one for each level that it is told of; a run's is that of its last epoch but where it has its own. */
export interface StoredMeasure {
  /** Of the row `run` beside the rows of its last epoch. */
  run?: StoredNumber;
  epoch?: StoredNumber;
  layer?: StoredNumber;
  class?: StoredNumber;
}

/** Weights that the mask keeps. */
export const KEPT = {
  epoch: '(epoch.weights - epoch.pruned)',
  layer: '(layer.weights - layer_epoch.pruned)',
} as const;

/** A number as it is stored. */
export function stored(expression: string): StoredNumber {
  return () => expression;
}

/** A count as a share of another, as `main/workspace/reader/shares.ts` has it: 0 where there is nothing to be a share of. */
export function storedShare(count: string, of: string): string {
  return `iif(${of} = 0, 0.0 * ${count}, 1.0 * ${count} / ${of})`;
}

/** One count of a list of them, one a threshold. */
export function atThreshold(list: string, { threshold }: StoredKey): string {
  return `(${list} ->> ${threshold})`;
}

/** What a run's layers come to together after an epoch, of an expression for each. */
export function overLayers(aggregate: string): string {
  return `(select ${aggregate} from main.layers as layer
    join main.layer_epochs as layer_epoch on layer_epoch.layer = layer.id and layer_epoch.epoch = epoch.epoch
    where layer.run = epoch.run)`;
}

/** The Euclidean norm of all layers, of that of each; null where one has none. */
export function normOverLayers(norm: string): string {
  return overLayers(`iif(count(${norm}) = count(*), sqrt(sum(${norm} * ${norm})), null)`);
}

/** Shed in the run, or in its control, as a share of the weights that the run keeps. */
export function sharesCompared(control: 'dense' | 'previous_mask'): {
  run: StoredNumber;
  control: StoredNumber;
} {
  const share =
    (list: string): StoredNumber =>
    (key) =>
      storedShare(atThreshold(`${control}.${list}`, key), `${control}.kept`);
  return { run: share('shed'), control: share('control_shed') };
}

/** Weights that are left under an idea: of a layer, or of the network where the run has begun. */
export const WEIGHTS_LEFT: Readonly<Record<'epoch' | 'layer', StoredNumber>> = {
  epoch: (key) =>
    `iif(network.run is null, null, ${left(key, 'epoch.weights', 'epoch', overLayers('sum(layer_epoch.compacted)'))})`,
  layer: (key) => left(key, 'layer.weights', 'layer_epoch', 'layer_epoch.compacted'),
};

function left(key: StoredKey, weights: string, counts: string, compacted: string): string {
  const kept = `(${weights} - ${counts}.pruned)`;
  switch (key.idea) {
    case 'dense':
      return weights;
    case 'masked':
      return kept;
    case 'without_shed':
      return `(${kept} - ${atThreshold(`${counts}.shed`, key)})`;
    case 'without_inert':
      return `(${kept} - ${counts}.inert)`;
    case 'compacted':
      return compacted;
  }
}

/** Multiply-accumulates that are left: a kernel's weight costs as much as any other of it. */
export const MACS_LEFT: Readonly<Record<'epoch' | 'layer', StoredNumber>> = {
  epoch: (key) => overLayers(`sum(${MACS_LEFT.layer(key)})`),
  layer: (key) => `(${WEIGHTS_LEFT.layer(key)} * (layer.macs / layer.weights))`,
};

/** How many times less is left than of the dense network; null where nothing is. */
export function timesLess(of: StoredNumber): StoredNumber {
  return (key) => `(1.0 * ${of({ ...key, idea: 'dense' })} / nullif(${of(key)}, 0))`;
}

/** All that is trained, as it is left: kernels, biases, γ and β. */
export const parametersLeft: StoredNumber = (key) =>
  key.idea === 'compacted'
    ? 'iif(network.run is null, null, epoch.compacted_parameters)'
    : `(${WEIGHTS_LEFT.epoch(key)} + network.other_parameters)`;

/** Shed in the run minus shed in its control, over the weights that the run keeps. */
export function storedExcess(control: 'dense' | 'previous_mask'): StoredNumber {
  const { run, control: other } = sharesCompared(control);
  return (key) => `(${run(key)} - ${other(key)})`;
}
