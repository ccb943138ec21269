import type { ZodObject, infer as Infer } from 'zod';
import type { Component } from './component.ts';
import { CascadeError } from '../../common/errors.ts';
import type { NamedOptions } from '../../common/run-specification.ts';

/**
 * A component as its file defines it: facts, and methods that take its options first, typed by their schema.
 *
 * @typeParam T the kind of component with those options, such as `CriterionWith<z.infer<S>>`
 */
export type Definition<S extends ZodObject, T> = T & { options: S };

/** A component with its options put in: its facts, and its methods without their first parameter. */
export type Opened<T> = {
  readonly [K in keyof Omit<T, 'options'>]: NonNullable<T[K]> extends (
    options: never,
    ...rest: infer Rest
  ) => infer Result
    ? (...rest: Rest) => Result
    : T[K];
};

/** The known components of one kind, found by the name that a study gives. */
export interface Registry<T extends Component> {
  all: readonly T[];
  /** @throws CascadeError UNKNOWN_COMPONENT for a name that the study schema should have refused */
  find(name: string): T;
  /**
   * The component that a specification names, with the options that it gives there. They are parsed once for each
   * object, so that asking again costs nothing.
   *
   * @throws CascadeError UNKNOWN_COMPONENT as `find`; ZodError for options that the study schema should have refused
   */
  open(given: NamedOptions): Opened<T>;
}

export function createRegistry<T extends Component>(kind: string, all: readonly T[]): Registry<T> {
  const byName = new Map(all.map((component) => [component.name, component]));
  if (byName.size !== all.length) throw new Error(`Two components in the registry of ${kind} share a name.`);
  const opened = new WeakMap<NamedOptions, Opened<T>>();
  const find = (name: string): T => {
    const component = byName.get(name);
    if (!component)
      throw new CascadeError(
        'UNKNOWN_COMPONENT',
        `There is no ${kind} named '${name}'; known are ${all.map((known) => known.name).join(', ')}.`,
      );
    return component;
  };
  return {
    all,
    find,
    open(given) {
      const known = opened.get(given);
      if (known) return known;
      const fresh = open(find(given.name), given);
      opened.set(given, fresh);
      return fresh;
    },
  };
}

function open<T extends Component>(component: T, given: NamedOptions): Opened<T> {
  const options: Infer<ZodObject> = component.options.parse(given);
  const members = Object.entries(component as object)
    .filter(([name]) => name !== 'options')
    .map(([name, member]: [string, unknown]) => [
      name,
      typeof member === 'function'
        ? (...rest: unknown[]) => member.call(component, options, ...rest)
        : member,
    ]);
  return Object.fromEntries(members) as Opened<T>;
}
