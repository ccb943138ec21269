import type { CatalogueEntry } from '../../../common/catalogue.ts';
import type { NetworkDescription } from '../../../common/network.ts';
import type { NamedOptions } from '../../../common/run-specification.ts';

/** What a model needs to know of the data. */
export interface ModelInput {
  imageShape: [number, number, number];
  classes: number;
  /** Lowest and highest value of a normalised pixel. */
  minimum: number;
  maximum: number;
}

/** A network that a study can name. */
export interface Model extends CatalogueEntry {
  describe(options: NamedOptions, input: ModelInput): NetworkDescription;
}
