import { completeStudy } from '../completion/complete.ts';
import type { Schema } from '../completion/leaves.ts';
import { addItem, Literal, setValue, valuesOf, type Path } from './edit-text.ts';

/** The settings that a study is mostly made of, as fields; the text stays the one truth. */

export type FieldKind = 'component' | 'number' | 'numbers' | 'text';

export interface Field {
  label: string;
  path: Path;
  kind: FieldKind;
}

export const SHARED_FIELDS: readonly Field[] = [
  { label: 'Study', path: ['study'], kind: 'text' },
  { label: 'Data set', path: ['shared', 'dataset'], kind: 'component' },
  { label: 'Model', path: ['shared', 'model'], kind: 'component' },
  { label: 'Epochs', path: ['shared', 'epochs'], kind: 'text' },
  { label: 'Batch size', path: ['shared', 'batchSize'], kind: 'number' },
  { label: 'Optimizer', path: ['shared', 'optimizer'], kind: 'component' },
  { label: 'Learning rate', path: ['shared', 'learningRate', 'rate'], kind: 'number' },
  { label: 'Weight decay', path: ['shared', 'optimizer', 'weightDecay'], kind: 'number' },
  { label: 'Seeds', path: ['seeds'], kind: 'numbers' },
];

export const ARM_FIELDS: readonly Field[] = [
  { label: 'Name', path: ['name'], kind: 'text' },
  { label: 'Criterion', path: ['pruning', 'criterion'], kind: 'component' },
  { label: 'Sparsity', path: ['pruning', 'sparsity'], kind: 'number' },
  { label: 'Schedule', path: ['pruning', 'schedule'], kind: 'component' },
  { label: 'Epoch', path: ['pruning', 'schedule', 'epoch'], kind: 'number' },
];

/** A new arm, or one that is to prune: what must be said, at values that are in common use. */
const PRUNING = { criterion: 'magnitude', schedule: { name: 'one-shot', epoch: 1 }, sparsity: 0.9 };

export interface FormValues {
  /** One text a field, '' where the study says nothing there. */
  shared: readonly string[];
  arms: readonly (readonly string[])[];
  /** Whether lists of values make more arms than are written. */
  hasGrid: boolean;
}

/** What the fields say; null where the text is no YAML, or no mapping. */
export function readForm(text: string): FormValues | null {
  const study = valuesOf(text);
  if (!isRecord(study)) return null;
  const arms = Array.isArray(study['arms']) ? (study['arms'] as unknown[]) : [];
  return {
    shared: SHARED_FIELDS.map((field) => textAt(study, field)),
    arms: arms.map((arm) => ARM_FIELDS.map((field) => textAt(arm, field))),
    hasGrid: study['grid'] !== undefined || arms.some((arm) => isRecord(arm) && arm['grid'] !== undefined),
  };
}

/** The text with another value in a field; an empty one takes the key away. */
export function writeField(text: string, field: Field, typed: string, schema: Schema, arm?: number): string {
  const path = arm === undefined ? field.path : ['arms', arm, ...field.path];
  const value = valueOf(typed, field.kind);
  if (field.kind !== 'component') return setValue(text, path, value);
  const name = typed.trim();
  // Without a criterion nothing is pruned at all.
  if (name === '') return setValue(text, path.at(-1) === 'criterion' ? path.slice(0, -1) : path, undefined);
  const study = valuesOf(text);
  // An arm that prunes nothing yet is given all that a pruning needs.
  if (arm !== undefined && !isRecord(at(study, path.slice(0, -1))))
    return setValue(text, path.slice(0, -1), { ...PRUNING, [String(path.at(-1))]: name });
  const before = at(study, path);
  const known = optionsOf(field, name, schema);
  if (!isRecord(before))
    return setValue(text, path, known.has('epoch') ? { name, epoch: PRUNING.schedule.epoch } : name);
  const gone = Object.keys(before).filter((key) => key !== 'name' && !known.has(key));
  const kept = gone.reduce((now, key) => setValue(now, [...path, key], undefined), text);
  return setValue(kept, [...path, 'name'], name);
}

/** The text with one arm more, under a name of its own. */
export function addArm(text: string): string {
  const names = new Set(readForm(text)?.arms.map(([name]) => name));
  let number = names.size + 1;
  while (names.has(`arm ${number}`)) number += 1;
  return addItem(text, ['arms'], { name: `arm ${number}`, pruning: PRUNING });
}

export function removeArm(text: string, arm: number): string {
  return setValue(text, ['arms', arm], undefined);
}

/** The names that a component's field may have, as the schema knows them. */
export function namesOf(field: Field, schema: Schema): string[] {
  if (field.kind !== 'component') return [];
  const text = `${linesTo(field)}: { name: `;
  return completeStudy(text, text.length, schema)?.suggestions.map(({ label }) => label) ?? [];
}

function optionsOf(field: Field, name: string, schema: Schema): Set<string> {
  const text = `${linesTo(field)}: { name: ${name}, `;
  return new Set(completeStudy(text, text.length, schema)?.suggestions.map(({ label }) => label));
}

/** A study that holds nothing but the keys down to the field. */
function linesTo({ path }: Field): string {
  const keys = path[0] === 'shared' ? path : ['shared', ...path];
  return keys.map((key, depth) => `${'  '.repeat(depth)}${key}`).join(':\n');
}

function valueOf(typed: string, kind: FieldKind): unknown {
  const text = typed.trim();
  if (text === '') return undefined;
  if (kind === 'numbers')
    return text
      .split(/[\s,]+/)
      .filter((part) => part !== '')
      .map(numberOr);
  return kind === 'number' || /^\d+$/.test(text) ? numberOr(text) : text;
}

/** What is no number stays as it was typed: the check says what is wrong with it. */
function numberOr(text: string): Literal | string {
  return Number.isNaN(Number(text)) ? text : new Literal(text);
}

function textAt(root: unknown, { path, kind }: Field): string {
  const value = at(root, path);
  if (kind === 'component')
    return typeof value === 'string' ? value : isRecord(value) ? String(value['name'] ?? '') : '';
  if (Array.isArray(value)) return value.map(String).join(', ');
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}

function at(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    if (Array.isArray(value)) value = (value as unknown[])[Number(key)];
    else value = isRecord(value) ? value[String(key)] : undefined;
  }
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
