import * as z from 'zod';
import {
  componentKindsOf,
  type ComponentKindId,
  type ComponentSettings,
} from '../../../common/component-kinds.ts';
import type { Component, Components } from '../../trainer/component.ts';

/** Most components of a setting that takes several. */
const MOST_OF_A_LIST = 16;

type Place = Parameters<typeof componentKindsOf>[0];

/** The schemas of the settings that name components, of a run or of its pruning. */
export function componentFields<Of extends Place>(
  place: Of,
  components: Components,
): { [Setting in keyof ComponentSettings<Of>]: z.ZodType<ComponentSettings<Of>[Setting]> } {
  return Object.fromEntries(
    componentKindsOf(place).map(([id, kind]) => [
      kind.setting,
      withDefault(components[id], kind.default).meta({ description: kind.description }),
    ]),
  ) as ReturnType<typeof componentFields<Of>>;
}

/** The kinds of which a setting names one, so that arms may lay options over the shared component. */
export function chosenComponents(place: Place): ReadonlyMap<string, ComponentKindId> {
  return new Map(
    componentKindsOf(place)
      .filter(([, kind]) => !Array.isArray(kind.default))
      .map(([id, kind]) => [kind.setting, id]),
  );
}

function withDefault(
  entries: readonly Component[],
  standard: { readonly name: string } | null | readonly [] | undefined,
): z.ZodType {
  const schema = oneOf(entries);
  if (standard === undefined) return schema;
  if (standard === null) return schema.nullable().default(null);
  if ('name' in standard) return schema.prefault({ name: standard.name });
  return z.array(byName(schema)).max(MOST_OF_A_LIST).default([]);
}

/** A component: one of the entries, told apart by its name. */
function oneOf(entries: readonly Component[]) {
  const options = entries.map((entry) => entry.options.meta({ title: entry.title }));
  return z.discriminatedUnion('name', options as [(typeof options)[number]]);
}

/** A plain name stands for a component without options. */
function byName<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (typeof value === 'string' ? { name: value } : value), schema);
}
