import type { Curves } from '../../../common/codec/curve-frames.ts';
import type { Asks, MatrixCell, MatrixPanel } from '../../../common/figures/data.ts';
import { literal } from '../../../common/figures/text.ts';
import { meanCurves } from '../../../common/groups/mean-curves.ts';
import { curveGroups, curvesOf, lookOf, meanSpread, runsOf, type Material } from './material.ts';
import { chosenLayers, layersOf } from './network.ts';

/** Means of a measure by layer and epoch: a matrix for each group, and for each measure of it. */
export async function collectLayerEpochs(
  material: Material,
  { layers }: Asks['layerEpochs'],
): Promise<MatrixPanel[]> {
  const { source, figure, groups, measures } = material;
  const networks = groups.flatMap((group) => runsOf(group).slice(0, 1));
  const chosen = chosenLayers(await layersOf(source, networks), layers);
  const curves: Curves[] = [];
  for (const { name } of chosen) curves.push(await curvesOf(material, name));
  return measures.flatMap((quantity, measure) => {
    const means = curves.map((one) =>
      meanCurves(one, curveGroups(groups), measure, meanSpread(figure.spread)),
    );
    return groups.map((group, place): MatrixPanel => {
      const lines = means.map((each) => each[place] ?? []);
      const epochs = [...new Set(lines.flatMap((line) => line.map(({ epoch }) => epoch)))].sort(
        (one, other) => one - other,
      );
      const cells = lines.map((line) => {
        const known = new Map(line.map(({ epoch, y }) => [epoch, y]));
        return epochs.map((epoch): MatrixCell | null => {
          const mean = known.get(epoch) ?? null;
          return mean === null ? null : { mean: mean.mean, n: mean.n };
        });
      });
      const runs = runsOf(group);
      return {
        title: measures.length === 1 ? group.label : `${group.label}: ${quantity.title}`,
        rows: { title: 'Layer', names: chosen.map(({ name }) => literal(name)) },
        columns: { title: 'Epoch', names: epochs.map(String) },
        quantity,
        cells,
        groups: [{ ...lookOf(group), runs, n: runs.length }],
      };
    });
  });
}
