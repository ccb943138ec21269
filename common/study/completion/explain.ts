import { constantOf, headOf, isMapping, leavesOf, tellingKeys, under, type Schema } from './leaves.ts';
import { pathText, placeOf, type Place } from './place.ts';
import { mappingsAt, schemasAt } from './where.ts';
import { commonDefault, defaultText, kindWords } from './words.ts';

/** What the schema says of the key or the value under the caret. */
export interface Explanation {
  /** As a problem names it, such as 'arms[0].pruning.criterion'. */
  path: string;
  description: string;
  /** What its value may be. */
  kind: string;
  /** As one would write it; null where there is none. */
  default: string | null;
  /** The component that is chosen there. */
  component: { name: string; title: string } | null;
}

/**
 * What is under the caret of a study file? Where it is no known key, what it stands in. Null in comments, within texts,
 * and where the schema knows nothing.
 */
export function explainStudy(text: string, caret: number, schema: Schema): Explanation | null {
  const place = placeOf(text, caret);
  if (place === null) return null;
  const { at, steps, root, word } = place;
  const ofKey = at.kind === 'key' ? under(mappingsAt(steps, at.mapping, root, schema), word) : [];
  if (ofKey.length === 0 && steps.length === 0) return null;
  const schemas = ofKey.length > 0 ? ofKey : schemasAt(steps, root, schema);
  if (schemas.length === 0) return null;
  const heads = schemas.map((each) => headOf(each, schema));
  const around = ofKey.length > 0 ? steps : steps.slice(0, -1);
  const described = [...heads, ...schemasAt(around, root, schema).map((each) => headOf(each, schema))];
  const path = pathText(steps);
  return {
    path: ofKey.length > 0 ? [path, word].filter((part) => part !== '').join('.') : path,
    description: described.find((head) => head.description)?.description ?? '',
    kind: kindWords(schemas.flatMap((each) => leavesOf(each, schema))),
    default: defaultText(commonDefault(heads)),
    component: ofKey.length > 0 ? null : componentAt(place, schema),
  };
}

/** The component that a mapping is, or that the word under the caret names. */
function componentAt({ at, steps, root, word }: Place, schema: Schema): Explanation['component'] {
  const named = (leaves: readonly Schema[], wanted: string | null): Explanation['component'] => {
    const names = leaves.flatMap((leaf) =>
      (isMapping(leaf) ? tellingKeys(leaf).map((key) => constantOf(leaf, key)) : [leaf.const])
        .filter((name) => typeof name === 'string' && (wanted === null || name === wanted))
        .map((name) => ({ name: name as string, title: leaf.title ?? '' })),
    );
    return names.length === 1 || wanted !== null ? (names.find(({ title }) => title !== '') ?? null) : null;
  };
  if (at.kind === 'key') return named(mappingsAt(steps, at.mapping, root, schema), null);
  const last = steps.at(-1);
  const around = last && 'key' in last ? mappingsAt(steps.slice(0, -1), last.node, root, schema) : [];
  const telling = around.filter((leaf) => last && 'key' in last && tellingKeys(leaf).includes(last.key));
  return named(
    [...telling, ...schemasAt(steps, root, schema).flatMap((each) => leavesOf(each, schema))],
    word,
  );
}
