import { COMPONENT_KINDS, type ComponentKindId } from '../../common/component-kinds.ts';
import { CascadeError } from '../../common/errors.ts';
import type { MappingDescription, OptionDescription } from '../studies/language/component-options.ts';
import { nearest } from '../studies/language/problems.ts';
import type {
  DescribedNetwork,
  DescribedComponent,
  DescribedComponents,
} from '../studies/describe-components.ts';

/** What lists and pages of the components have in common. */

export interface ComponentsOfKind {
  kind: ComponentKindId;
  /** Its heading. */
  title: string;
  /** The setting of a study that names one of it, as a path. */
  setting: string;
  /** `parts` in what `--json` writes. */
  parts: readonly (DescribedComponent | DescribedNetwork)[];
}

/** All kinds in the order in which they are shown. */
export function kindsOf(described: DescribedComponents): ComponentsOfKind[] {
  return (Object.keys(COMPONENT_KINDS) as ComponentKindId[]).map((kind) => {
    const { title, of, setting } = COMPONENT_KINDS[kind];
    return {
      kind,
      title,
      setting: of === 'pruning' ? `pruning.${setting}` : setting,
      parts: described[kind],
    };
  });
}

/** The components of a name, of whatever kind. @throws CascadeError NOT_FOUND. */
export function findComponents(described: DescribedComponents, name: string): ComponentsOfKind[] {
  const found = kindsOf(described)
    .map((kind) => ({ ...kind, parts: kind.parts.filter((component) => component.name === name) }))
    .filter((kind) => kind.parts.length > 0);
  if (found.length > 0) return found;
  const names = kindsOf(described).flatMap((kind) => kind.parts.map((component) => component.name));
  throw new CascadeError('NOT_FOUND', `There is no component named '${name}'${nearest(name, names)}`);
}

/** Options that are the same in all of several lists; of one list alone, none. */
export function sharedOptions(lists: readonly (readonly OptionDescription[])[]): OptionDescription[] {
  const [first, ...others] = lists;
  if (first === undefined || others.length === 0) return [];
  const same = (a: OptionDescription, b: OptionDescription): boolean =>
    JSON.stringify(a) === JSON.stringify(b);
  return first.filter((option) => others.every((list) => list.some((other) => same(option, other))));
}

export function without(
  options: readonly OptionDescription[],
  shared: readonly OptionDescription[],
): OptionDescription[] {
  const names = new Set(shared.map(({ name }) => name));
  return options.filter(({ name }) => !names.has(name));
}

/** A default as a study file would have it. */
export function defaultText({ required, default: standard }: OptionDescription): string | null {
  return required ? null : valueText(standard);
}

function valueText(value: unknown): string {
  // Thirds need no sixteen digits.
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(6)));
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, inner]) => `${key}: ${valueText(inner)}`)
      .join(', ')}}`;
  return String(value);
}

/** What is within an option's mapping, or each of its list, as a heading. */
export function withinTitle({ name }: OptionDescription, { kind }: MappingDescription): string {
  return kind === null ? name : `${name}, ${kind}`;
}

/** '28 × 28 × 1, 10 classes'; null where there is no usual one. */
export function inputText({ input, classes }: DescribedNetwork): string | null {
  return input === null ? null : `${input.join(' × ')}, ${classes} classes`;
}

export function countText(count: number | null): string {
  return count === null ? '–' : count.toLocaleString('en-GB');
}

/** '4.09 G', '216.6 M': four significant digits. */
export function macsText(macs: number | null): string {
  if (macs === null) return '–';
  const [size, unit] = macs >= 1e9 ? [1e9, 'G'] : [1e6, 'M'];
  return `${Number((macs / size).toPrecision(4))} ${unit}`;
}

export function isNetwork(component: DescribedComponent | DescribedNetwork): component is DescribedNetwork {
  return 'macs' in component;
}
