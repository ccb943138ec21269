import { CascadeError } from '../errors.ts';
import { decodeFrame, encodeFrame, type FrameBytes } from './frames.ts';

/**
 * Curves of many runs as columns of numbers: a point for each epoch of each run, run after run in the order in which they were
 * asked for, epochs rising. What is not known is NaN.
 */
export interface Curves {
  /** Ids of the runs, as they were asked for. */
  runs: string[];
  /** [points] Place of the run in `runs`. */
  run: Float64Array<ArrayBuffer>;
  /** [points] */
  epoch: Float64Array<ArrayBuffer>;
  /** [points] Place on the axis. */
  x: Float64Array<ArrayBuffer>;
  /** [points] of each measure, in the order in which they were asked for. */
  values: Float64Array<ArrayBuffer>[];
}

/** Some of the curves that were asked for: of the runs from `first` to before `next`, or to the last where that is null. */
export interface CurvePart {
  curves: Omit<Curves, 'runs'>;
  next: number | null;
}

/** Columns before those of the measures: run, epoch, x. */
const LEADING = 3;

export function encodeCurves({ curves, next }: CurvePart): Uint8Array<ArrayBuffer> {
  const columns = [curves.run, curves.epoch, curves.x, ...curves.values];
  const points = curves.run.length;
  const body = new Float64Array(columns.length * points);
  columns.forEach((column, index) => body.set(column, index * points));
  return encodeFrame({ kind: 'curves', points, columns: columns.length, next }, new Uint8Array(body.buffer));
}

/** The columns are views into the frame. @throws CascadeError BAD_FRAME */
export function decodeCurves(frame: FrameBytes): CurvePart {
  const { header, body } = decodeFrame('curves', frame);
  const { points, columns, next } = header;
  if (body.byteLength !== 8 * points * columns)
    throw new CascadeError('BAD_FRAME', 'The answer is cut off: reload the window.');
  const column = (index: number): Float64Array<ArrayBuffer> =>
    new Float64Array(body.buffer, body.byteOffset + 8 * points * index, points);
  const values = Array.from({ length: columns - LEADING }, (_, index) => column(LEADING + index));
  return { curves: { run: column(0), epoch: column(1), x: column(2), values }, next };
}

/** All parts together. @param measures how many there are, which no part tells where there is none */
export function joinCurves(
  runs: readonly string[],
  measures: number,
  parts: readonly CurvePart['curves'][],
): Curves {
  const joined = (column: (part: CurvePart['curves']) => Float64Array): Float64Array<ArrayBuffer> => {
    const all = new Float64Array(parts.reduce((sum, { run }) => sum + run.length, 0));
    let offset = 0;
    for (const part of parts) {
      all.set(column(part), offset);
      offset += part.run.length;
    }
    return all;
  };
  return {
    runs: [...runs],
    run: joined(({ run }) => run),
    epoch: joined(({ epoch }) => epoch),
    x: joined(({ x }) => x),
    values: Array.from({ length: measures }, (_, index) => joined(({ values }) => values[index]!)),
  };
}
