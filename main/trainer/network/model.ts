import type * as z from 'zod';
import type { Definition } from '../registry.ts';
import type { Component } from '../component.ts';
import { CascadeError } from '../../../common/errors.ts';
import type { NetworkDescription } from '../../../common/network.ts';
import type { InitializationRule } from './initialization-rules.ts';
import type { UsualInput } from './usual-input.ts';

/** What a model needs to know of the data. */
export interface ModelInput {
  imageShape: [number, number, number];
  classes: number;
  /** Lowest and highest value of a normalised pixel. */
  minimum: number;
  maximum: number;
}

/** A network that a study can name. */
export interface ModelWith<Options> extends Component {
  /** The paper that it is from, and where in it. */
  source: string;
  /** What its parameters and multiply-accumulates are told for; null where its options alone decide what it is. */
  usualInput: UsualInput | null;
  /** How kernels are drawn, where the model's authors say so; unless given, as `heNormal` does. */
  initialization?: { kernels: InitializationRule };
  /**
   * @throws CascadeError INVALID_STUDY when the layers do not fit together or the images, as a ModelError where the
   *   place among the options is known
   */
  describe(options: Options, input: ModelInput): NetworkDescription;
}

export type Model = ModelWith<never>;

/** A model with its options typed by their schema. */
export function defineModel<S extends z.ZodObject>(definition: Definition<S, ModelWith<z.infer<S>>>): Model {
  return definition;
}

/** A model that cannot be built, and where among its options the reason stands. */
export class ModelError extends CascadeError {
  readonly key: readonly (string | number)[];

  constructor(key: readonly (string | number)[], message: string, options?: ErrorOptions) {
    super('INVALID_STUDY', message, options);
    this.name = 'ModelError';
    this.key = key;
  }
}
