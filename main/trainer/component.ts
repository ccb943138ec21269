import type { ZodObject } from 'zod';
import type { ComponentKindId } from '../../common/component-kinds.ts';

/**
 * What a study may name by its name. Its options are a strict zod object whose `name` is a literal; the study
 * schema and the published JSON Schema are built from them, so a new component needs no other registration.
 */
export interface Component {
  name: string;
  /** One line for people. */
  title: string;
  /** Where it is from, in one line: the paper, and the equation or section in it. */
  source?: string;
  options: ZodObject;
}

/** Everything that a study may name, by its kind. */
export type Components = Record<ComponentKindId, readonly Component[]>;
