import { fitting, isMapping, itemsAt, leavesOf, under, type Schema } from './leaves.ts';
import type { OutlineNode } from './outline.ts';
import type { Place, Step } from './place.ts';

/**
 * The schemas of what stands at the end of the steps. What an arm says of a component without its name is laid over the
 * shared one of that key, so its name counts.
 */
export function schemasAt(steps: readonly Step[], root: OutlineNode | null, schema: Schema): Schema[] {
  let schemas = [schema];
  for (const [index, step] of steps.entries()) {
    const leaves = schemas.flatMap((each) => leavesOf(each, schema));
    schemas =
      'key' in step
        ? under(fitting(leaves, step.node, sharedName(steps.slice(0, index), root)), step.key)
        : itemsAt(leaves, step.index);
  }
  return schemas;
}

/** The alternatives that a mapping at the end of the steps may be, given what it says of itself. */
export function mappingsAt(
  steps: readonly Step[],
  mapping: Parameters<typeof fitting>[1],
  root: OutlineNode | null,
  schema: Schema,
): Schema[] {
  const leaves = schemasAt(steps, root, schema).flatMap((each) => leavesOf(each, schema));
  return fitting(leaves, mapping, sharedName(steps, root)).filter(isMapping);
}

/** The name of the shared component over which the arm's settings at the end of the steps are laid. */
function sharedName(steps: readonly Step[], root: OutlineNode | null): string | null {
  const [arms, , ...settings] = steps.map((step) => ('key' in step ? step.key : null));
  if (arms !== 'arms' || settings.length === 0 || settings.includes(null)) return null;
  let node = valueUnder(root, 'shared');
  for (const key of settings) node = valueUnder(node, key!);
  const name = node?.kind === 'mapping' ? valueUnder(node, 'name') : node;
  return name?.kind === 'scalar' ? name.text : null;
}

/** The names of the arms that are written in the study, without that at the steps. */
export function otherArms({ steps, root }: Pick<Place, 'steps' | 'root'>): string[] {
  const arms = valueUnder(root, 'arms');
  if (arms?.kind !== 'sequence') return [];
  const isOwn = (index: number): boolean =>
    steps.some((step) => 'index' in step && step.node === arms && step.index === index);
  return arms.items.flatMap(({ value }, index) => {
    const name = valueUnder(value, 'name');
    return !isOwn(index) && name?.kind === 'scalar' && name.text !== '' ? [name.text] : [];
  });
}

function valueUnder(node: OutlineNode | null, key: string): OutlineNode | null {
  if (node?.kind !== 'mapping') return null;
  return node.pairs.find((pair) => pair.key === key)?.value ?? null;
}
