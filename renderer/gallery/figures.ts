import type { DrawnFigure, FigureCheck, SavedFigure } from '../../common/contract/figure-schemas.ts';
import { svgOf } from '../../common/figures/formats/svg.ts';
import { provenanceOf } from '../../common/figures/provenance.ts';
import { figureKind } from '../../common/figures/registry.ts';
import { figureSpecification, type FigureSpecification } from '../../common/figures/specification.ts';
import type { SeriesPanel } from '../../common/figures/data.ts';
import type { Metrics } from '../../common/figures/typesetter.ts';
import { axisQuantity, quantityOf } from '../../common/figures/quantities.ts';

/** Figures of the gallery: drawn as the workstation draws them, but for widths of letters, which the browser measures here. */

const kept = (name: string, more: Partial<FigureSpecification> = {}): SavedFigure => ({
  specification: { ...figureSpecification.parse({ name, kind: 'curves' }), ...more },
  createdAt: 0,
  changedAt: 0,
  writtenAt: null,
});
export const FIGURES: readonly SavedFigure[] = [
  kept('accuracy'),
  kept('shed-by-arm'),
  kept('a-figure-with-a-very-long-name-that-the-list-must-break-somewhere'),
  kept('gone'),
];
const STATES: readonly FigureCheck['state'][] = ['same', 'changed', 'unwritten', 'empty'];

export function checkOf(name: string): FigureCheck {
  const place = FIGURES.findIndex(({ specification }) => specification.name === name);
  return {
    name,
    state: STATES[place] ?? 'unwritten',
    hash: '',
    writtenHash: null,
    writtenAt: null,
    runs: 10,
    unfinished: 0,
  };
}

const context = document.createElement('canvas').getContext('2d');
const metrics: Metrics = {
  width: (text, family, bold, italic) => {
    if (context === null) return text.length / 2;
    const face = family === 'sans' ? 'Arimo' : 'Tinos';
    context.font = `${italic ? 'italic ' : ''}${bold ? '700 ' : ''}100px ${face}, ${family === 'sans' ? 'Arial' : 'Times'}`;
    return context.measureText(text).width / 100;
  },
};

const runsOf = (arm: number): string[] => [0, 1, 2, 3, 4].map((seed) => `00000000000${arm}-s${seed}`);

export function drawnFigure(figure: FigureSpecification): DrawnFigure {
  const facts = { spread: figure.spread, unfinished: 1 };
  const data: SeriesPanel[] = figure.measures.map(({ id }) => ({
    title: null,
    x: axisQuantity('epoch'),
    y: quantityOf({ id, key: id === 'shed' ? figure.threshold : '' }),
    groups: ['random 90% of depthwise', 'global magnitude 90%', 'control'].map((label, arm) => ({
      label,
      slot: arm % 2,
      control: arm === 2,
      n: 5,
      runs: runsOf(arm),
      points: Array.from({ length: 21 }, (_, epoch) => {
        const mean = 0.98 - 0.03 * arm - 0.8 * Math.exp(-epoch / 3);
        return { x: epoch, mean, low: mean - 0.01, high: mean + 0.01, n: 5 };
      }),
    })),
    prunings: [6],
    references: [],
  }));
  const { draw } = figureKind('curves');
  const scene = draw(data, {}, { metrics, style: figure.style, facts });
  const provenance = provenanceOf(figure, data, facts, 'cascade-lab 0.1.0', '');
  return { svg: svgOf(scene, ''), width: scene.width, height: scene.height, panels: data.length, provenance };
}
