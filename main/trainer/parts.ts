import type { Catalogue, CatalogueEntry } from '../../common/catalogue.ts';
import { sizeOf } from '../../common/network.ts';
import { describeOptions, type OptionDescription } from '../../common/study/component-options.ts';
import { catalogue } from './catalogue.ts';
import type { Model } from './network/model.ts';
import { models } from './network/registry.ts';

/** Everything that a study may name, described from the registries themselves. */

export interface Part {
  name: string;
  title: string;
  /** Where it is from; null for what needs no source. */
  source: string | null;
  options: OptionDescription[];
}

/** A network with its default options, on images of its usual size; nulls where its options alone decide what it is. */
export interface NetworkPart extends Part {
  /** Height, width and channels of an image. */
  input: [number, number, number] | null;
  classes: number | null;
  /** Trainable ones: without batch norm's running means and variances. */
  parameters: number | null;
  /** Multiply-accumulates of its kernels for one image. */
  macs: number | null;
}

type Kind = Exclude<keyof Catalogue, 'models' | 'retrainings'>;
export type Parts = { networks: NetworkPart[]; retraining: Part[] } & Record<Kind, Part[]>;

export function describeParts(): Parts {
  const others = Object.entries(catalogue).filter(([kind]) => kind !== 'models' && kind !== 'retrainings');
  return {
    networks: models.all.map(networkPart),
    ...(Object.fromEntries(others.map(([kind, entries]) => [kind, entries.map(part)])) as Record<
      Kind,
      Part[]
    >),
    retraining: catalogue.retrainings.map(part),
  };
}

function part(entry: CatalogueEntry): Part {
  const { name, title, source = null } = entry;
  return { name, title, source, options: describeOptions(entry) };
}

function networkPart(model: Model): NetworkPart {
  const { usualInput } = model;
  const entry = part(model);
  if (usualInput === null) return { ...entry, input: null, classes: null, parameters: null, macs: null };
  const { imageShape, classes } = usualInput;
  const range = { minimum: 0, maximum: 1 };
  const { parameters, layers } = models
    .open({ name: model.name })
    .describe({ imageShape, classes, ...range });
  const trainable = parameters.filter(({ role }) => role !== 'mean' && role !== 'variance');
  return {
    ...entry,
    input: imageShape,
    classes,
    parameters: trainable.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    macs: layers.reduce((sum, layer) => sum + layer.macs, 0),
  };
}
