import type { ReferenceChoice } from '../../../common/references/references.ts';

/** Which curves of which files are drawn: by the name of the file, the value of each key that is fixed. */
export type ChosenReferences = Readonly<Record<string, ReferenceChoice>>;

/** As settings and addresses hold it: JSON, empty for none. */
export function writeChosen(chosen: ChosenReferences): string {
  return Object.keys(chosen).length === 0 ? '' : JSON.stringify(chosen);
}

/** What is not of the form is left out. */
export function readChosen(text: string | undefined): ChosenReferences {
  let found: unknown;
  try {
    found = JSON.parse(text || '{}');
  } catch {
    return {};
  }
  if (!isRecord(found)) return {};
  return Object.fromEntries(
    Object.entries(found)
      .filter((entry): entry is [string, Record<string, unknown>] => isRecord(entry[1]))
      .map(([name, choice]) => [
        name,
        Object.fromEntries(
          Object.entries(choice).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
        ),
      ]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
