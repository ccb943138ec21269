import type { Asks, SeriesPanel } from '../../../common/figures/data.ts';
import { literal } from '../../../common/figures/text.ts';
import { curvesOf, runsOf, type Material } from './material.ts';
import { chosenLayers, layersOf } from './network.ts';
import { seriesPanel } from './series.ts';

/** Curves of each layer: a panel a layer, and one for each measure of it. */
export async function collectLayers(material: Material, { layers }: Asks['layers']): Promise<SeriesPanel[]> {
  const { source, groups, measures } = material;
  const networks = groups.flatMap((group) => runsOf(group).slice(0, 1));
  const panels: SeriesPanel[] = [];
  for (const { name } of chosenLayers(await layersOf(source, networks), layers)) {
    const curves = await curvesOf(material, name);
    for (const [index, { title }] of measures.entries())
      panels.push(
        seriesPanel(material, curves, index, literal(measures.length === 1 ? name : `${name}: ${title}`)),
      );
  }
  return panels;
}
