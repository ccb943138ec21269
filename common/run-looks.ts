/**
 * How the lines of an arm are told from those of the other arms of its study: by colour and marker, and where these begin anew,
 * by dash. It goes by the arm's place in its study, which is its own for ever, unless a person chose another look; a control is
 * drawn in the colour of the run that it is beside, evenly dashed. The window and figures for papers have the same.
 */

/** Tokens of `theme/tokens.css`, with what they are called and their colour on white paper. */
export const RUN_COLORS = [
  { name: 'green', token: '--run-1', paper: '00835f' },
  { name: 'pink', token: '--run-2', paper: 'd14f93' },
  { name: 'indigo', token: '--run-3', paper: '332288' },
  { name: 'olive', token: '--run-4', paper: '8a8000' },
  { name: 'wine', token: '--run-5', paper: '7d1d4f' },
  { name: 'ink', token: '--run-6', paper: '15181c' },
  { name: 'brown', token: '--run-7', paper: '7a4b2a' },
] as const;
export type RunColorName = (typeof RUN_COLORS)[number]['name'];
export const RUN_COLOR_NAMES = RUN_COLORS.map(({ name }) => name) as [RunColorName, ...RunColorName[]];
/** Of what is no arm's alone. */
const NEUTRAL_COLOR = { token: '--text-secondary', paper: '48505a' };

export const RUN_MARKERS = ['circle', 'triangle', 'square', 'diamond', 'inverted'] as const;
export type RunMarker = (typeof RUN_MARKERS)[number];
/** 'dot-dash' is an arm's; 'dashed' is always a control. */
export const RUN_DASHES = ['solid', 'dot-dash', 'dashed'] as const;
export type RunDash = (typeof RUN_DASHES)[number];

export interface RunLook {
  /** A token of `theme/tokens.css`. */
  color: string;
  /** Null for what is no arm of its own: a control or a trunk that was added. */
  marker: RunMarker | null;
  dash: RunDash;
}

/** What decides the look of a run. */
export interface LookedRun {
  id: string;
  /** Of its specification: the same for all seeds of an arm. Looks that a person chose go by it. */
  hash: string;
  prunes: boolean;
  control: string | null;
  previousMask: { control: string } | null;
  memberships: readonly { study: string; place: number | null }[];
}

/** Combinations before they begin anew. No two of the numbers of colours, of markers and of dashes have a common divisor. */
export const LOOKS = RUN_COLORS.length * RUN_MARKERS.length * 2;

/** The look of the arm at a place, 0 …; different for any `LOOKS` places in a row, of which neighbours differ by colour and marker. */
export function lookOfPlace(place: number): RunLook {
  return {
    color: RUN_COLORS[place % RUN_COLORS.length]!.token,
    marker: RUN_MARKERS[place % RUN_MARKERS.length]!,
    dash: Math.floor(place / RUN_COLORS.length) % 2 === 0 ? 'solid' : 'dot-dash',
  };
}

/** Of what is no arm: it belongs to several, or to none. */
const NEUTRAL: RunLook = { color: NEUTRAL_COLOR.token, marker: null, dash: 'dashed' };

/** The look that a run has by its place; of one that several arms asked for, that of the first. */
export function lookOf(run: Pick<LookedRun, 'memberships'>): RunLook {
  const placed = placeOf(run);
  return placed === undefined ? NEUTRAL : lookOfPlace(placed.place);
}

function placeOf({ memberships }: Pick<LookedRun, 'memberships'>) {
  return memberships.flatMap(({ study, place }) => (place === null ? [] : [{ study, place }]))[0];
}

/** Whether two cannot be told apart. */
export function sameLook(one: RunLook, other: RunLook): boolean {
  return one.color === other.color && one.marker === other.marker && one.dash === other.dash;
}

/** Equal for looks that cannot be told apart. */
export function lookText({ color, marker, dash }: RunLook): string {
  return `${color} ${marker ?? ''} ${dash}`;
}

/** Looks of the same colour, those of the first places last: few studies have so many arms that one of the first here is taken. */
function alikeInColor(color: string): RunLook[] {
  const first = RUN_COLORS.findIndex(({ token }) => token === color);
  if (first < 0) return [];
  const rounds = LOOKS / RUN_COLORS.length;
  return Array.from({ length: rounds }, (_, round) =>
    lookOfPlace(first + (rounds - 1 - round) * RUN_COLORS.length),
  );
}

/**
 * The look of each run in a list. A look that a person chose is kept; an arm of the same study that would have the same by its
 * place keeps its colour, with another marker or dash. A control of one arm alone is dashed in its colour, one of several arms is
 * neutral, unless a person chose a colour for it.
 *
 * @param chosen looks by the hash of a specification
 */
export function looksOf(
  runs: readonly LookedRun[],
  chosen: ReadonlyMap<string, RunLook> = new Map(),
): ReadonlyMap<string, RunLook> {
  const arms = armLooks(runs, chosen);
  const ofArm = (run: LookedRun): RunLook => arms.get(run.hash) ?? lookOf(run);
  const controlled = new Map<string, LookedRun[]>();
  for (const run of runs)
    for (const control of [run.control, run.previousMask?.control ?? null]) {
      const known = control === null ? undefined : controlled.get(control);
      if (known) known.push(run);
      else if (control !== null) controlled.set(control, [run]);
    }
  return new Map(
    runs.map((run) => {
      const [first, ...others] = (controlled.get(run.id) ?? []).map(ofArm);
      if (first === undefined || run.prunes) return [run.id, ofArm(run)];
      const own = chosen.get(run.hash);
      if (own) return [run.id, { ...own, dash: 'dashed' as const }];
      const same = others.every((look) => look.color === first.color && look.marker === first.marker);
      return [run.id, same ? { ...first, dash: 'dashed' as const } : NEUTRAL];
    }),
  );
}

/** Looks of the arms that a person chose one for, or that give way to such a one, by the hash of their specification. */
function armLooks(
  runs: readonly LookedRun[],
  chosen: ReadonlyMap<string, RunLook>,
): ReadonlyMap<string, RunLook> {
  const found = new Map<string, RunLook>();
  if (chosen.size === 0) return found;
  const studies = new Map<string, { byHand: Set<string>; all: Set<string> }>();
  for (const run of runs) {
    const own = chosen.get(run.hash);
    if (own) found.set(run.hash, own);
    for (const { study, place } of run.memberships) {
      const taken = studies.get(study) ?? { byHand: new Set(), all: new Set() };
      studies.set(study, taken);
      if (own) taken.byHand.add(lookText(own));
      if (own || place !== null) taken.all.add(lookText(own ?? lookOfPlace(place!)));
    }
  }
  for (const run of runs) {
    const placed = placeOf(run);
    if (found.has(run.hash) || placed === undefined) continue;
    const look = lookOfPlace(placed.place);
    const taken = studies.get(placed.study)!;
    if (!taken.byHand.has(lookText(look))) continue;
    const other = alikeInColor(look.color).find((each) => !taken.all.has(lookText(each)));
    if (!other) continue;
    found.set(run.hash, other);
    taken.all.add(lookText(other));
  }
  return found;
}

/** What is drawn as one, such as the seeds of an arm, and has one look. */
export interface LookedGroup {
  id: string;
  /** By hand it is kept, and others give way. */
  byHand: boolean;
  look: RunLook;
}

/**
 * Looks that are told apart where arms of several studies, or controls, are drawn together: the first keeps its own, and those that
 * come later keep their colour as long as there is a marker or dash for it.
 */
export function distinctLooks(groups: readonly LookedGroup[]): ReadonlyMap<string, RunLook> {
  const taken = new Set(groups.flatMap(({ byHand, look }) => (byHand ? [lookText(look)] : [])));
  return new Map(
    groups.map(({ id, byHand, look }) => {
      const found = byHand || !taken.has(lookText(look)) ? look : (free(look, taken) ?? look);
      taken.add(lookText(found));
      return [id, found];
    }),
  );
}

/** All looks that there are, and their texts: comparisons of thousands of groups ask for them again and again. */
const ARMS = Array.from({ length: LOOKS }, (_, place) => texted(lookOfPlace(place)));
const CONTROLS = ARMS.map(({ look }) => texted({ ...look, dash: 'dashed' }));

function texted(look: RunLook): { look: RunLook; text: string } {
  return { look, text: lookText(look) };
}

function free(look: RunLook, taken: ReadonlySet<string>): RunLook | undefined {
  const isControl = look.dash === 'dashed';
  const own = RUN_MARKERS.map((marker) => texted({ ...look, marker }));
  const all = isControl ? [...own, ...CONTROLS] : ARMS;
  const isFree = ({ text }: { text: string }): boolean => !taken.has(text);
  return (all.find((each) => each.look.color === look.color && isFree(each)) ?? all.find(isFree))?.look;
}

/** A look as it is kept in the workspace. */
export interface KeptLook {
  color: RunColorName;
  marker: RunMarker;
  dash: 'solid' | 'dot-dash';
}

export function lookOfKept({ color, marker, dash }: KeptLook): RunLook {
  return { color: RUN_COLORS.find(({ name }) => name === color)!.token, marker, dash };
}

/** The colour of a look on white paper, as six hexadecimal digits. */
export function paperColor({ color }: RunLook): string {
  return [...RUN_COLORS, NEUTRAL_COLOR].find(({ token }) => token === color)!.paper;
}
