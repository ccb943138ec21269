/** A component chosen by name with its options, validated by the component's own schema. */
export interface NamedOptions {
  name: string;
  [option: string]: unknown;
}

/** One kind of component: where a study names one of it, and what that means. */
interface ComponentKind {
  /** Its heading in lists of the components. */
  title: string;
  /** Whether the setting is one of a run, or of its pruning. */
  of: 'run' | 'pruning';
  setting: string;
  /** What the setting decides, in one sentence. */
  description: string;
  /**
   * What stands there unless a study says otherwise: a component, none (null), or an empty list of a setting that takes several.
   * Without it a study must name one. Never changed once landed: specifications stored before there was the setting mean it.
   */
  default?: { readonly name: string } | null | readonly [];
}

/**
 * The kinds of components, in the order in which settings and lists are shown. Study schema, specifications, lists of components,
 * documentation and completion are made from these rows, and from the registries of `main/trainer/components.ts`.
 */
export const COMPONENT_KINDS = {
  datasets: {
    title: 'Data sets',
    of: 'run',
    setting: 'dataset',
    description: 'The images to train and test on.',
  },
  networks: { title: 'Networks', of: 'run', setting: 'model', description: 'The network.' },
  optimizers: {
    title: 'Optimizers',
    of: 'run',
    setting: 'optimizer',
    description: 'How gradients update the weights.',
  },
  learningRates: {
    title: 'Learning rates',
    of: 'run',
    setting: 'learningRate',
    description: 'The rate of each epoch.',
  },
  losses: {
    title: 'Losses',
    of: 'run',
    setting: 'loss',
    description: 'What training minimises.',
    default: { name: 'cross-entropy' },
  },
  augmentations: {
    title: 'Augmentations',
    of: 'run',
    setting: 'augmentation',
    description: 'Random changes of the training images, in this order.',
    default: [],
  },
  gradientClippings: {
    title: 'Gradient clipping',
    of: 'run',
    setting: 'gradientClipping',
    description: 'A limit on the size of gradients; null: none.',
    default: null,
  },
  averagings: {
    title: 'Averages of the weights',
    of: 'run',
    setting: 'averaging',
    description: 'A running average of the weights to evaluate with; null: none.',
    default: null,
  },
  criteria: {
    title: 'Criteria',
    of: 'pruning',
    setting: 'criterion',
    description: 'How weights are scored.',
  },
  granularities: {
    title: 'Granularities',
    of: 'pruning',
    setting: 'granularity',
    description: 'What is pruned as one.',
    default: { name: 'weight' },
  },
  distributions: {
    title: 'Distributions',
    of: 'pruning',
    setting: 'distribution',
    description: 'How the sparsity is shared among the layers.',
    default: { name: 'global' },
  },
  schedules: {
    title: 'Pruning schedules',
    of: 'pruning',
    setting: 'schedule',
    description: 'When weights are pruned.',
  },
  retraining: {
    title: 'Retraining',
    of: 'run',
    setting: 'retraining',
    description: 'What follows the epochs of training.',
    default: { name: 'none' },
  },
} as const satisfies Record<string, ComponentKind>;

type Kinds = typeof COMPONENT_KINDS;
export type ComponentKindId = keyof Kinds;
type Place = ComponentKind['of'];

/** What a specification holds where a component of a kind is named. */
type Chosen<Kind> = Kind extends { default: readonly [] }
  ? NamedOptions[]
  : Kind extends { default: null }
    ? NamedOptions | null
    : NamedOptions;

/** The settings of a run, or of its pruning, that name components. */
export type ComponentSettings<Of extends Place> = {
  [Id in ComponentKindId as Kinds[Id]['of'] extends Of ? Kinds[Id]['setting'] : never]: Chosen<Kinds[Id]>;
};

/** Those of them that a study need not name. */
export type DefaultComponentSettings<Of extends Place> = {
  [
    Id in ComponentKindId as Kinds[Id] extends { of: Of; default: unknown } ? Kinds[Id]['setting'] : never
  ]: Chosen<Kinds[Id]>;
};

/** The rows of the settings of a run, or of its pruning. */
export function componentKindsOf(place: Place): [ComponentKindId, ComponentKind][] {
  return (Object.entries(COMPONENT_KINDS) as [ComponentKindId, ComponentKind][]).filter(
    ([, kind]) => kind.of === place,
  );
}

/** What the settings that name components are unless a study says otherwise. */
export function defaultComponents<Of extends Place>(place: Of): DefaultComponentSettings<Of> {
  return Object.fromEntries(
    componentKindsOf(place).flatMap(([, kind]) =>
      kind.default === undefined ? [] : [[kind.setting, kind.default]],
    ),
  ) as DefaultComponentSettings<Of>;
}
