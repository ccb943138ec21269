import { computed } from 'vue';
import type { Ref } from 'vue';
import type { Field, FieldSource } from '../../common/fields/field.ts';
import { compileQuery, type Predicate } from '../../common/query/compile.ts';
import { QueryError } from '../../common/query/tokens.ts';
import type { Fields } from './fields.ts';

/** Why a query cannot be read: a sentence, and the place in its text. */
export interface QueryProblem {
  sentence: string;
  from: number;
  to: number;
  /** The query that is shown in its place: the last that could be read. */
  instead: string;
}

export interface Query {
  /** Of the last query that could be read. */
  matches: Readonly<Ref<Predicate>>;
  problem: Readonly<Ref<QueryProblem | null>>;
}

/** What a query means among the fields of the window; while it cannot be read, its last meaning stays. */
export function useQuery(
  text: Readonly<Ref<string>>,
  { catalogue, ready }: Fields,
  threshold: Readonly<Ref<string>>,
): Query {
  let last: { text: string; predicate: Predicate } = { text: '', predicate: () => true };
  const compiled = computed((): { predicate: Predicate; problem: QueryProblem | null } => {
    try {
      const predicate = compileQuery(text.value, {
        catalogue: catalogue.value,
        threshold: threshold.value,
      });
      last = { text: text.value, predicate };
      return { predicate, problem: null };
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      // A key may be a setting that is not read yet.
      if (!ready.value) return { predicate: last.predicate, problem: null };
      const { message, from, to } = error;
      const problem = { sentence: message, from, to, instead: last.text };
      return { predicate: last.predicate, problem };
    }
  });
  return {
    matches: computed(() => compiled.value.predicate),
    problem: computed(() => compiled.value.problem),
  };
}

/** Values that runs have in a field, the most frequent first, for completion. */
export function valuesAmong(sources: readonly FieldSource[], field: Field, threshold: string): string[] {
  const uses = new Map<string, number>();
  for (const source of sources)
    for (const value of field.values(source, threshold))
      uses.set(String(value), (uses.get(String(value)) ?? 0) + 1);
  return [...uses].sort(([, one], [, other]) => other - one).map(([text]) => text);
}
