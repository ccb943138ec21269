import type { ComponentKindId } from '../../common/component-kinds.ts';
import type { Component } from '../trainer/component.ts';
import { sizeOf } from '../../common/network.ts';
import { describeOptions, type OptionDescription } from './language/component-options.ts';
import { components } from '../trainer/components.ts';
import type { Model } from '../trainer/network/model.ts';
import { models } from '../trainer/network/registry.ts';

/** Everything that a study may name, described from the registries themselves. */

export interface DescribedComponent {
  name: string;
  title: string;
  /** Where it is from; null for what needs no source. */
  source: string | null;
  options: OptionDescription[];
}

/** A network with its default options, on images of its usual size; nulls where its options alone decide what it is. */
export interface DescribedNetwork extends DescribedComponent {
  /** Height, width and channels of an image. */
  input: [number, number, number] | null;
  classes: number | null;
  /** Trainable ones: without batch norm's running means and variances. */
  parameters: number | null;
  /** Multiply-accumulates of its kernels for one image. */
  macs: number | null;
}

export type DescribedComponents = Record<Exclude<ComponentKindId, 'networks'>, DescribedComponent[]> & {
  networks: DescribedNetwork[];
};

export function describeComponents(): DescribedComponents {
  const all = Object.entries(components).map(([kind, entries]) => [kind, entries.map(described)]);
  return {
    ...(Object.fromEntries(all) as Record<ComponentKindId, DescribedComponent[]>),
    networks: models.all.map(describedNetwork),
  };
}

function described(entry: Component): DescribedComponent {
  const { name, title, source = null } = entry;
  return { name, title, source, options: describeOptions(entry) };
}

function describedNetwork(model: Model): DescribedNetwork {
  const { usualInput } = model;
  const entry = described(model);
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
