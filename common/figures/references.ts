import { drawn, type Reference, type SeriesPanel } from './data.ts';
import { lineSample, markerSize, strokeOf, type LegendEntry } from './legend.ts';
import type { Look } from './looks.ts';
import { marker } from './markers.ts';
import type { Plot } from './panels.ts';
import { polyline, type Item, type Point } from './scene.ts';
import { literal } from './text.ts';
import type { Typesetter } from './typesetter.ts';

/** Of others' curves: greys and dashes that no group has. */
const LOOKS: readonly Look[] = [
  { colour: '6e6e6e', dash: [3, 1.5], marker: 'plus' },
  { colour: '9a9a9a', dash: [1.2, 1.2], marker: 'cross' },
  { colour: '4a4a4a', dash: [6, 1.5, 1.2, 1.5], marker: 'star' },
];

const lookAt = (place: number): Look => LOOKS[place % LOOKS.length] as Look;

/** What somebody else's curve is called: with its source, in every figure. */
export function referenceName({ label, source }: Reference): string {
  return label.includes(source) ? label : `${label} (${literal(source)})`;
}

export function referenceEntries(set: Typesetter, references: readonly Reference[]): LegendEntry[] {
  return references.map((reference, place) => ({
    label: referenceName(reference),
    sample: lineSample(lookAt(place), set, true),
  }));
}

/** The curves that others have published, drawn apart from those that were measured here. */
export function referenceItems(set: Typesetter, plot: Plot, panel: SeriesPanel): Item[] {
  return panel.references.flatMap(({ points }, index) => {
    const look = lookAt(index);
    const places = points.map(({ x, y }): Point => plot.at(drawn(panel.x, x), drawn(panel.y, y)));
    return [
      polyline(places, strokeOf(look, set.style.line * 0.8)),
      ...places.map((point) => marker(look, point, markerSize(set))),
    ];
  });
}

/** Where no legend names them, the sources are named beneath. */
export function referenceNotes(set: Typesetter, references: readonly Reference[]): string[] {
  return set.style.legend === 'none' ? references.map(referenceName) : [];
}
