import { CascadeError } from '../errors.ts';
import type { SettingKey } from '../fields/catalogue.ts';
import type { FlatValue } from '../fields/flat-specification.ts';
import { decodeFrame, encodeFrame, type FrameBytes } from './frames.ts';

/** Specifications as columns: each value of a key once, however many runs have it. */
export function encodeSpecifications(
  specifications: readonly (readonly [hash: string, flat: ReadonlyMap<string, FlatValue>])[],
): Uint8Array<ArrayBuffer> {
  const rows = specifications.length;
  const columns = new Map<
    string,
    { values: FlatValue[]; places: Map<string, number>; column: Uint32Array }
  >();
  specifications.forEach(([, flat], row) => {
    for (const [key, value] of flat) {
      let known = columns.get(key);
      if (!known)
        columns.set(key, (known = { values: [], places: new Map(), column: new Uint32Array(rows) }));
      const text = JSON.stringify(value);
      let place = known.places.get(text);
      if (place === undefined) {
        place = known.values.push(value);
        known.places.set(text, place);
      }
      known.column[row] = place;
    }
  });
  const body = new Uint32Array(columns.size * rows);
  [...columns.values()].forEach(({ column }, index) => body.set(column, index * rows));
  return encodeFrame(
    {
      kind: 'specifications',
      hashes: specifications.map(([hash]) => hash),
      keys: [...columns].map(([key, { values }]) => ({ key, values })),
    },
    new Uint8Array(body.buffer),
  );
}

/** What runs are specified as, by the hash of their specification. */
export class Specifications {
  readonly #frames: { rows: ReadonlyMap<string, number>; keys: ReadonlyMap<string, KeyColumn> }[] = [];

  /** Those of another frame, too. @throws CascadeError BAD_FRAME */
  add(frame: FrameBytes): void {
    const { header, body } = decodeFrame('specifications', frame);
    const rows = header.hashes.length;
    if (body.byteLength !== 4 * rows * header.keys.length)
      throw new CascadeError('BAD_FRAME', 'The answer is cut off: reload the window.');
    const numbers = new Uint32Array(body.buffer, body.byteOffset, rows * header.keys.length);
    this.#frames.push({
      rows: new Map(header.hashes.map((hash, row) => [hash, row])),
      keys: new Map(
        header.keys.map(({ key, values }, index) => [
          key,
          { values, places: numbers.subarray(index * rows, (index + 1) * rows) },
        ]),
      ),
    });
  }

  has(hash: string): boolean {
    return this.#frames.some(({ rows }) => rows.has(hash));
  }

  /** @returns undefined where the specification has no such key, or is not known */
  setting(hash: string, key: string): FlatValue | undefined {
    for (const { rows, keys } of this.#frames) {
      const row = rows.get(hash);
      if (row === undefined) continue;
      const column = keys.get(key);
      const place = column?.places[row] ?? 0;
      return place === 0 ? undefined : column!.values[place - 1];
    }
    return undefined;
  }

  /** All keys, and the values that there are. */
  settings(): SettingKey[] {
    const found = new Map<string, FlatValue[]>();
    for (const { keys } of this.#frames)
      for (const [key, { values }] of keys) found.set(key, [...(found.get(key) ?? []), ...values]);
    return [...found].map(([key, values]) => ({ key, values }));
  }
}

interface KeyColumn {
  values: readonly FlatValue[];
  /** [rows], 0 for none. */
  places: Uint32Array;
}
