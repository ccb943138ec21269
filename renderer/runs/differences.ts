import type { FieldCatalogue } from '../../common/fields/catalogue.ts';
import type { Field, FieldSource } from '../../common/fields/field.ts';
import { fieldText } from '../format/fields.ts';
import { MISSING } from '../format/numbers.ts';
import { armOf, studyOf } from '../format/runs.ts';

/** Settings of some specifications side by side. */
export interface Differences {
  /** One for each specification: its arm, and how many of the runs are seeds of it. */
  specifications: { hash: string; title: string; source: FieldSource; seeds: number[] }[];
  /** One for each setting that any of them has, defaults included. */
  rows: { field: Field; texts: string[]; differs: boolean }[];
}

/** A setting that some have and others lack differs: here, unlike among columns, every difference is asked for. */
export function differencesOf(catalogue: FieldCatalogue, sources: readonly FieldSource[]): Differences {
  const byHash = new Map<string, FieldSource[]>();
  for (const source of sources) byHash.set(source.run.hash, [...(byHash.get(source.run.hash) ?? []), source]);
  const specifications = [...byHash].map(([hash, members]) => ({
    hash,
    title: `${studyOf(members[0]!.run)} · ${armOf(members[0]!.run)}`,
    source: members[0]!,
    seeds: members.map(({ run }) => run.seed).sort((one, other) => one - other),
  }));
  const rows = catalogue.fields
    .filter(({ kind }) => kind === 'setting')
    .map((field) => {
      const texts = specifications.map(({ source }) => fieldText(field, field.values(source, '')));
      return { field, texts, differs: new Set(texts).size > 1 };
    })
    .filter(({ texts }) => texts.some((text) => text !== MISSING));
  return { specifications, rows };
}
