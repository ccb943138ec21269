import { CascadeError } from '../errors.ts';
import { decodeFrame, encodeFrame, type FrameBytes, type RowShape, type RowsHeader } from './frames.ts';

/**
 * Records of one kind, such as the epochs of a run, as columns of numbers: a third of their JSON, made by the thread that
 * reads them, and passed on without being looked into.
 */

/** A frame of records. Lists are of one length in all of them; missing keys are null. */
export function encodeRows(rows: readonly object[], header: RowsHeader): Uint8Array<ArrayBuffer> {
  const columns: Float64Array[] = [];
  const shape = shapeOf(rows, columns);
  const body = new Float64Array(columns.length * rows.length);
  columns.forEach((column, index) => body.set(column, index * rows.length));
  return encodeFrame(
    { kind: 'rows', ...header, rows: rows.length, columns: columns.length, shape },
    new Uint8Array(body.buffer),
  );
}

/** The records of a frame, as they were. @throws CascadeError BAD_FRAME */
export function decodeRows<T>(frame: FrameBytes): RowsHeader & { rows: T[] } {
  const { header, body } = decodeFrame('rows', frame);
  const { stored, span, next, rows: count, shape } = header;
  if (body.byteLength !== 8 * count * header.columns)
    throw new CascadeError('BAD_FRAME', 'The answer is cut off: reload the window.');
  const numbers = new Float64Array(body.buffer, body.byteOffset, count * header.columns);
  const at = (column: number, row: number): number => numbers[column * count + row]!;
  const rows = Array.from({ length: count }, (_, row) => valueOf(shape, row, at) as T);
  return { stored, span, next, rows };
}

function shapeOf(values: readonly unknown[], columns: Float64Array[]): RowShape {
  const first = values.find((value) => value !== null && value !== undefined);
  if (first === undefined) return { is: 'constant', value: null };
  const isConstant = typeof first !== 'object' && values.every((value) => Object.is(value, first));
  // NaN and −0 have no JSON of their own.
  if (isConstant && (typeof first !== 'number' || (Number.isFinite(first) && !Object.is(first, -0))))
    return { is: 'constant', value: first as string | number | boolean };
  if (typeof first === 'number') {
    const absent = absence(values, columns);
    return {
      is: 'number',
      column: add(
        columns,
        values.map((value) => Number(value ?? 0)),
      ),
      absent,
    };
  }
  if (Array.isArray(first)) {
    const lists = values as (readonly unknown[] | null)[];
    const entries = first.map((_, index) =>
      shapeOf(
        lists.map((list) => list?.[index]),
        columns,
      ),
    );
    return { is: 'list', entries, absent: absence(values, columns) };
  }
  if (typeof first === 'object') {
    const objects = values as (Readonly<Record<string, unknown>> | null)[];
    const keys = new Set<string>();
    for (const object of objects) if (object) for (const key of Object.keys(object)) keys.add(key);
    const entries = [...keys].map((key): [string, RowShape] => [
      key,
      shapeOf(
        objects.map((object) => object?.[key]),
        columns,
      ),
    ]);
    return { is: 'object', entries, absent: absence(values, columns) };
  }
  const places = new Map<unknown, number>();
  const column = values.map((value) => {
    if (!places.has(value)) places.set(value, places.size);
    return places.get(value)!;
  });
  return { is: 'text', column: add(columns, column), texts: [...places.keys()].map(String) };
}

function absence(values: readonly unknown[], columns: Float64Array[]): number {
  const isAbsent = (value: unknown): boolean => value === null || value === undefined;
  return values.some(isAbsent)
    ? add(
        columns,
        values.map((value) => (isAbsent(value) ? 1 : 0)),
      )
    : -1;
}

function add(columns: Float64Array[], values: readonly number[]): number {
  return columns.push(Float64Array.from(values)) - 1;
}

function valueOf(shape: RowShape, row: number, at: (column: number, row: number) => number): unknown {
  if (shape.is === 'constant') return shape.value;
  if (shape.is === 'text') return shape.texts[at(shape.column, row)];
  if (shape.absent >= 0 && at(shape.absent, row) === 1) return null;
  if (shape.is === 'number') return at(shape.column, row);
  if (shape.is === 'list') return shape.entries.map((entry) => valueOf(entry, row, at));
  const object: Record<string, unknown> = {};
  for (const [key, entry] of shape.entries) object[key] = valueOf(entry, row, at);
  return object;
}
