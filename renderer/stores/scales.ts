import { computed } from 'vue';
import { SCALE_KINDS, type ScaleKind } from '../../common/figures/scales.ts';
import { text } from './preferences.ts';

/** Which scale a person last chose for each measure, in this browser: the same in all panes, and after a reload. */
const stored = text('scales', '{}');
const scales = computed((): Readonly<Record<string, unknown>> => {
  try {
    const found: unknown = JSON.parse(stored.value);
    return typeof found === 'object' && found !== null ? { ...found } : {};
  } catch {
    return {};
  }
});

/** Null where none was chosen. @param measure the id of a measure, or the name of an axis */
export function rememberedScale(measure: string): ScaleKind | null {
  const found = Object.hasOwn(scales.value, measure) ? scales.value[measure] : undefined;
  return SCALE_KINDS.find((kind) => kind === found) ?? null;
}

export function rememberScale(measure: string, kind: ScaleKind): void {
  stored.value = JSON.stringify({ ...scales.value, [measure]: kind });
}
