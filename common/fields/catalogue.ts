import { COMPONENT_KINDS } from '../component-kinds.ts';
import { nearestName } from '../nearest.ts';
import { FACTS } from './facts.ts';
import type { Field, FieldType, FieldValue } from './field.ts';
import type { FlatValue } from './flat-specification.ts';
import { MEASURE_FIELDS } from './measures.ts';

/** A key of specifications, and values that runs have under it. */
export interface SettingKey {
  key: string;
  values: readonly FlatValue[];
}

/** What a name in a query means: a field, or why it means none. */
export type FoundField = { field: Field } | { problem: string };

/** Settings that specifications have, whether or not there is a run. */
const ALWAYS: readonly SettingKey[] = [
  ...Object.values(COMPONENT_KINDS).map(({ setting }) => ({ key: setting, values: [] })),
  ...['batchSize', 'epochs', 'sparsity'].map((key) => ({ key, values: [0] })),
];

/** All fields that the runs of a workspace have. */
export class FieldCatalogue {
  readonly fields: readonly Field[];
  readonly #byName = new Map<string, Field[]>();

  /** @param settings of all specifications that there are */
  constructor(settings: Iterable<SettingKey>) {
    const found = new Map([...settings].map((setting) => [setting.key, setting]));
    const all = [...ALWAYS.filter(({ key }) => !found.has(key)), ...found.values()];
    this.fields = [...FACTS, ...MEASURE_FIELDS, ...all.map(settingField)];
    const add = (name: string, field: Field): void => {
      const known = this.#byName.get(name.toLowerCase());
      if (!known) this.#byName.set(name.toLowerCase(), [field]);
      else if (!known.includes(field)) known.push(field);
    };
    for (const field of this.fields) add(field.id, field);
    for (const field of this.fields)
      for (const alias of field.aliases ?? []) if (!this.#hasId(alias)) add(alias, field);
  }

  /** A field by its id, or by another name that is no other's, whatever its case. `pruning.criterion.name` is `criterion`. */
  find(name: string): FoundField {
    const plain = name
      .toLowerCase()
      .replace(/^pruning\./, '')
      .replace(/\.name$/, '');
    const [field, ...others] = this.#byName.get(plain) ?? [];
    if (!field) {
      const meant = nearestName(
        name,
        [...this.#byName.values()].flat().map(({ id }) => id),
      );
      return { problem: `There is no key “${name}”${meant === null ? '.' : `: did you mean ${meant}?`}` };
    }
    if (others.length === 0) return { field };
    const names = [field, ...others].map(({ id }) => id);
    return {
      problem: `“${name}” can mean ${names.slice(0, -1).join(', ')} or ${names.at(-1)}: write one of them.`,
    };
  }

  #hasId(name: string): boolean {
    return this.fields.some(({ id }) => id.toLowerCase() === name.toLowerCase());
  }
}

function settingField({ key, values }: SettingKey): Field {
  const type = typeOf(values);
  return {
    id: key,
    aliases: key.includes('.') ? [key.slice(key.lastIndexOf('.') + 1)] : [],
    title: key,
    kind: 'setting',
    type,
    definition: 'A setting of the specification.',
    values: ({ setting }) => {
      const value = setting(key);
      if (value === undefined || value === null) return [];
      if (typeof value !== 'object') return [told(value, type)];
      return value.flatMap((each) => (each === null ? [] : [told(each, type)]));
    },
  };
}

/** A number that other runs have as words, such as a length of '500it', is a word. */
function told(value: FieldValue, type: FieldType): FieldValue {
  return type === 'text' && typeof value !== 'string' ? String(value) : value;
}

function typeOf(values: readonly FlatValue[]): FieldType {
  const kinds = new Set(values.flat().flatMap((value) => (value === null ? [] : [typeof value])));
  if (kinds.size !== 1) return 'text';
  return kinds.has('number') ? 'number' : kinds.has('boolean') ? 'flag' : 'text';
}
