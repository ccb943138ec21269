import type { RunSummary } from '../../common/contract/schemas.ts';

/**
 * How the lines of an arm are told from those of the other arms of its study: by colour, and where the colours begin anew,
 * by marker and dash. It goes by the arm's place in its study, which is its own for ever; a control is drawn in the colour
 * of the run that it is beside, evenly dashed.
 */

/** Tokens of `theme/tokens.css`. */
const COLORS = ['--run-1', '--run-2', '--run-3', '--run-4', '--run-5', '--run-6', '--run-7'] as const;
export const RUN_MARKERS = ['circle', 'triangle', 'square', 'diamond', 'inverted'] as const;
export type RunMarker = (typeof RUN_MARKERS)[number];
/** 'dot-dash' is an arm's; 'dashed' is always a control. */
export const RUN_DASHES = ['solid', 'dot-dash', 'dashed'] as const;
export type RunDash = (typeof RUN_DASHES)[number];

export interface RunLook {
  color: string;
  /** Null for what is no arm of its own: a control or a trunk that was added. */
  marker: RunMarker | null;
  dash: RunDash;
}

/** Combinations before they begin anew. The numbers of markers and of dashes have no common divisor. */
export const LOOKS = COLORS.length * RUN_MARKERS.length * 2;

/** The look of the arm at a place, 0 …; different for any `LOOKS` places in a row. */
export function lookOfPlace(place: number): RunLook {
  const round = Math.floor(place / COLORS.length);
  return {
    color: COLORS[place % COLORS.length]!,
    marker: RUN_MARKERS[round % RUN_MARKERS.length]!,
    dash: round % 2 === 0 ? 'solid' : 'dot-dash',
  };
}

/** Of what is no arm: it belongs to several, or to none. */
const NEUTRAL: RunLook = { color: '--text-secondary', marker: null, dash: 'dashed' };

/** The look of a run; of one that several arms asked for, that of the first. */
export function lookOf(run: Pick<RunSummary, 'memberships'>): RunLook {
  const places = run.memberships.flatMap(({ place }) => place ?? []);
  return places.length === 0 ? NEUTRAL : lookOfPlace(places[0]!);
}

/**
 * The look of each run in a list: a control of one arm alone is dashed in its colour, one of several arms is neutral.
 */
export function looksOf(runs: readonly RunSummary[]): ReadonlyMap<string, RunLook> {
  const controlled = new Map<string, RunSummary[]>();
  for (const run of runs)
    for (const control of [run.control, run.previousMask?.control ?? null])
      if (control !== null) controlled.set(control, [...(controlled.get(control) ?? []), run]);
  return new Map(
    runs.map((run) => {
      const looks = (controlled.get(run.id) ?? []).map(lookOf);
      const [first] = looks;
      if (first === undefined || run.prunes) return [run.id, lookOf(run)];
      const same = looks.every((look) => look.color === first.color && look.marker === first.marker);
      return [run.id, same ? { ...first, dash: 'dashed' as const } : NEUTRAL];
    }),
  );
}
