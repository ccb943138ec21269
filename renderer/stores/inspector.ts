import { computed, onScopeDispose, shallowRef, watch } from 'vue';
import type { ComputedRef } from 'vue';
import type { ViewName } from './address-text.ts';
import type { QuantityName } from '../format/quantities.ts';

/** What the inspector says of whatever is selected: a heading and named values, each explaining itself. */
export interface InspectedRow {
  label: string;
  value: string;
  quantity?: QuantityName;
  /** Token of a state colour, drawn as a swatch before the label. */
  swatch?: string;
}
export interface Inspected {
  kind: 'run' | 'layer' | 'channel' | 'weight';
  title: string;
  subtitle?: string;
  /** The run whose tags and note can be changed beside it. */
  run?: string;
  sections: { heading: string; rows: InspectedRow[] }[];
}

/** Only some views have something to select. */
export function inspectable(view: ViewName): boolean {
  return view === 'runs' || view === 'run' || view === 'replay';
}

const shown = shallowRef<{ owner: symbol; content: ComputedRef<Inspected | null> } | null>(null);

export const inspected = computed(() => shown.value?.content.value ?? null);

/** The view of the moment says what is inspected, as long as it lives. */
export function inspect(content: ComputedRef<Inspected | null>): void {
  const owner = Symbol('inspector');
  watch(content, () => (shown.value = { owner, content }), { immediate: true });
  onScopeDispose(() => {
    if (shown.value?.owner === owner) shown.value = null;
  });
}
