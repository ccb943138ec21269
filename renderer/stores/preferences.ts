import { computed, ref, watch } from 'vue';
import type { ComputedRef, Ref } from 'vue';
import { CONTROL_KINDS } from '../../common/controls.ts';
import { SHOWN_THRESHOLD } from '../../common/thresholds.ts';

/** Remembered in this browser only, and only where it lets us: private windows refuse. */
function read(key: string): string | null {
  try {
    return localStorage.getItem(`cascade.${key}`);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(`cascade.${key}`, value);
  } catch {
    // Nothing to do: the preference then lasts as long as the window.
  }
}

/** A preference that is one of a few words. */
export function chosen<T extends string>(key: string, allowed: readonly T[], fallback: T): Ref<T> {
  const stored = read(key);
  const preference = ref(allowed.find((value) => value === stored) ?? fallback) as Ref<T>;
  watch(preference, (value) => write(key, value));
  return preference;
}

export function switched(key: string, fallback: boolean): Ref<boolean> {
  const stored = read(key);
  const preference = ref(stored === null ? fallback : stored === 'true');
  watch(preference, (value) => write(key, String(value)));
  return preference;
}

export function text(key: string, fallback: string): Ref<string> {
  const preference = ref(read(key) ?? fallback);
  watch(preference, (value) => write(key, value));
  return preference;
}

/** Threshold at which tables and charts speak of shed weights. */
export const threshold = text('threshold', SHOWN_THRESHOLD);
/** Control that a run is compared with where it has several. */
export const against = chosen('against', CONTROL_KINDS, 'dense');
export const theme = chosen('theme', ['system', 'light', 'dark'] as const, 'system');
/** How large texts are, and how close controls stand: see `theme/tokens.css`. */
export const TEXT_SIZES = ['small', 'normal', 'large', 'larger'] as const;
export const textSize = chosen('text-size', TEXT_SIZES, 'normal');
export const DENSITIES = ['compact', 'normal', 'roomy'] as const;
export const density = chosen('density', DENSITIES, 'normal');
const TEXT_SCALES = { small: 0.92, normal: 1, large: 1.12, larger: 1.28 };
/** Size of texts by that of the normal size. */
export const textScale = computed(() => TEXT_SCALES[textSize.value]);
const ROW_SCALES = { compact: 0.82, normal: 1, roomy: 1.2 };
/** Height of a list's rows in pixels. @param normal height at normal size of text and density */
export function rowHeight(normal: number): ComputedRef<number> {
  return computed(() => Math.round(normal * textScale.value * ROW_SCALES[density.value]));
}
/** Whether the desktop tells that a study has ended. */
export const tellsEnds = switched('tells-ends', false);
/** What the starter study trains is told above the runs until one has read it. */
export const starterIsKnown = switched('starter-is-known', false);
export const inspectorOpen = switched('inspector', true);
