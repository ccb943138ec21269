import { decodeCurves, joinCurves, type CurvePart, type Curves } from '../codec/curve-frames.ts';
import type { FrameBytes } from '../codec/frames.ts';
import type { CurvesAsked } from './schemas.ts';

/** Runs that are named in one call: the next call need not name those that are told. */
const RUNS_OF_A_CALL = 500;

/** `runs.curves` of a client. */
type AskCurves = (asked: CurvesAsked, options: { signal?: AbortSignal }) => Promise<FrameBytes>;

/**
 * All curves that are asked for, however many answers they take; between two of them the reader serves others.
 *
 * @param signal ends it: the call then rejects as any cancelled one
 */
export async function readCurves(ask: AskCurves, asked: CurvesAsked, signal?: AbortSignal): Promise<Curves> {
  const parts: CurvePart['curves'][] = [];
  for (let first = 0; first < asked.runs.length;) {
    const runs = asked.runs.slice(first, first + RUNS_OF_A_CALL);
    const { curves, next } = decodeCurves(await ask({ ...asked, runs }, signal ? { signal } : {}));
    const offset = first;
    parts.push({ ...curves, run: curves.run.map((place) => place + offset) });
    first += next ?? runs.length;
  }
  return joinCurves(asked.runs, asked.measures.length, parts);
}
