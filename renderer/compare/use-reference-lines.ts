import { computed, type Ref } from 'vue';
import { literal } from '../../common/figures/text.ts';
import type { Reference } from '../../common/figures/data.ts';
import { referenceCurves, type ReferenceCurve } from '../../common/references/references.ts';
import { RUN_MARKERS, type RunMarker } from '../../common/run-looks.ts';
import type { PlotLine } from '../ui/plot/lines.ts';
import type { ChosenReferences } from '../ui/references/choice.ts';
import { useReferences } from '../ui/references/use-references.ts';
import type { AxisQuantity } from './quantities.ts';

/** A curve of others as the legend of a pane names it. */
export interface NamedReference {
  id: string;
  label: string;
  source: string;
  /** What all curves of its file have in common that are drawn, because it was chosen. */
  chosen: string;
  color: string;
  marker: RunMarker;
  curve: ReferenceCurve;
}

const COLORS = ['--text-secondary', '--text-muted'] as const;

/** The chosen curves of others in the axes of a pane: its lines, its legend, and what a figure has of them. */
export function useReferenceLines(
  chosen: Readonly<Ref<ChosenReferences>>,
  x: Readonly<Ref<AxisQuantity>>,
  y: Readonly<Ref<AxisQuantity>>,
) {
  const kept = useReferences();
  const found = computed(() =>
    kept.value.flatMap(({ name, references }) => {
      const choice = chosen.value[name];
      if (choice === undefined || references === null) return [];
      const words = Object.entries(choice).map(([key, value]) => `${key} ${value}`);
      return [
        {
          name,
          references,
          words: words.join(', '),
          ...referenceCurves(references, name, choice, x.value.name, y.value.name),
        },
      ];
    }),
  );
  const legend = computed((): NamedReference[] =>
    found.value
      .flatMap(({ name, words, curves }) => curves.map((curve) => ({ name, words, curve })))
      .map(({ name, words, curve }, place) => ({
        id: `reference ${name} ${curve.label}`,
        label: curve.label,
        source: curve.source,
        chosen: words,
        color: COLORS[Math.floor(place / RUN_MARKERS.length) % COLORS.length]!,
        marker: RUN_MARKERS[place % RUN_MARKERS.length]!,
        curve,
      })),
  );
  const lines = computed(() =>
    legend.value.map(({ id, label, source, color, marker, curve: { points } }): PlotLine => {
      const [fx, fy] = [x.value.factor, y.value.factor];
      return {
        id,
        name: `${label} (${source})`,
        color,
        dash: 'dashed',
        marker,
        reference: true,
        x: points.map((point) => point.x * fx),
        y: points.map((point) => point.y * fy),
        low: points.map((point) => (point.low ?? Number.NaN) * fy),
        high: points.map((point) => (point.high ?? Number.NaN) * fy),
        ...(points.every(({ n }) => n !== undefined) ? { n: points.map(({ n }) => n!) } : {}),
      };
    }),
  );
  /** Of each file that is chosen: what is drawn of it, or why nothing is. */
  const told = computed(
    () =>
      new Map(
        found.value.map(({ name, references, curves, left }) => {
          const lacking = [x.value, y.value].filter((axis) => !references.quantities.includes(axis.name));
          if (lacking.length > 0)
            return [
              name,
              `It has no ${lacking.map(({ title }) => title).join(' and no ')}: nothing is drawn.`,
            ];
          const points = curves.reduce((sum, each) => sum + each.points.length, 0);
          const words = `${curves.length} ${curves.length === 1 ? 'curve' : 'curves'}, ${points} points`;
          return [name, left === 0 ? words : `${words}; ${left} rows without both numbers are left out`];
        }),
      ),
  );
  const references = computed((): Reference[] =>
    legend.value.map(({ curve: { label, source, points } }) => ({ label: literal(label), source, points })),
  );
  /** Files that are chosen and are not kept any more. */
  const gone = computed(() =>
    Object.keys(chosen.value).filter((name) => !kept.value.some((each) => each.name === name)),
  );
  const banded = computed(() =>
    legend.value.some(({ curve: { points } }) => points.some(({ low }) => low !== undefined)),
  );
  return { lines, legend, told, references, gone, banded };
}
