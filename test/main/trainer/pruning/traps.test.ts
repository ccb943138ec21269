import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TrainingSession } from '../../../../main/trainer/session/session.ts';
import { openEngine, type Engine } from '../../../../main/trainer/tensorflow/engine.ts';
import { allEnded, openStation, pruningAt, smallImages, studyText } from '../../runs/fixtures.ts';
import { pruningAfter, smallDataset, specification, tensorsOf, withTensors } from '../session/small-runs.ts';

/**
 * Mistakes that pruning codes make, each with the tests that this one does not make it:
 *
 * 1. Ties at the threshold prune too many or too few once weights are exactly zero: selection.test.ts ('exactly k for
 *    every k', 'of equal scores any is as likely to go'), ties.test.ts, properties.test.ts ('what is zero is
 *    not pruned for being zero').
 * 2. Masks taken from w ≠ 0 take what was shed for pruned: session/pruned-weights.test.ts ('pruned is what the mask
 *    says'), measurement/states.test.ts.
 * 3. Momentum, decay or an average revives pruned weights: session/pruned-weights.test.ts ('revives no pruned weight in
 *    200 steps'), steps/training-step.test.ts ('hold nothing of a pruned weight'), and for every optimizer
 *    test/parity/training.test.ts.
 * 4. A sparsity that is really a density: prune.test.ts ('the share that goes, not the share that stays').
 * 5. 'Global magnitude' that divides by the layers' norms: prune.test.ts ('without dividing by their norms').
 * 6. Resuming ignores the stored mask: session/pruned-weights.test.ts ('has its masks from the checkpoint'),
 *    session/resume-combinations.test.ts.
 * 7. Another sparsity is reached than was asked: properties.test.ts ('reaches what is asked within half a unit and says
 *    what it reached'), session/pruned-weights.test.ts ('is reached to the weight').
 * 8. A layer is pruned away unnoticed: prune.test.ts ('a layer that loses every weight is reported'),
 *    session/stages.test.ts ('a layer that collapses'), test/main/runs/collapse.test.ts.
 * 9. A shortcut's convolution is pruned away unnoticed: below.
 * 10. The best accuracy is one from before the sparsity was reached: below.
 */

const dataset = smallDataset();

let engine: Engine;
beforeAll(() => void (engine = openEngine({ device: 'cpu', threads: 1 })));
afterAll(() => engine?.dispose());

describe('a shortcut’s convolution', () => {
  const shortcuts = ['layer2.0.downsample.0', 'layer3.0.downsample.0'];
  const open = (layers = { kinds: [] as string[], names: [] as string[], except: [] as string[] }) =>
    new TrainingSession(
      engine,
      specification({
        model: { name: 'resnet-20', shortcut: 'B' },
        pruning: pruningAfter(0, { criterion: { name: 'magnitude' }, sparsity: 0.5, layers }),
      }),
      dataset,
      1,
    );
  /** As after a training that hardly used the first shortcut. */
  const faded = (session: TrainingSession): Uint8Array =>
    withTensors(session.checkpoint(), (name, values) =>
      name === `${shortcuts[0]}.weight` ? values.map((weight) => weight * 1e-6) : null,
    );
  const prunedOf = (session: TrainingSession, layer: string): number =>
    Array.from(tensorsOf(session.checkpoint()).get(`mask/${layer}`)!).filter((kept) => kept === 0).length;

  test('is counted like any other layer, and named when it has lost every weight', () => {
    const session = open();
    session.restore(faded(session));
    const { events } = session.pruneIfPlanned()!;
    const [pruned, collapsed] = events;
    const counts = new Map(
      (pruned!.data['layers'] as { name: string; weights: number; pruned: number }[]).map((each) => [
        each.name,
        each,
      ]),
    );
    expect(counts.get(shortcuts[0]!)).toEqual({ name: shortcuts[0], weights: 16 * 32, pruned: 16 * 32 });
    expect(prunedOf(session, shortcuts[0]!)).toBe(16 * 32);
    expect(counts.get(shortcuts[1]!)!.pruned).toBe(prunedOf(session, shortcuts[1]!));
    expect(collapsed).toMatchObject({
      kind: 'layer-collapsed',
      data: { layers: [shortcuts[0]] },
      message: expect.stringContaining(shortcuts[0]!),
    });
    const layer =
      session.measure().layers[session.network.layers.findIndex(({ name }) => name === shortcuts[0])];
    expect(layer).toMatchObject({ weights: 16 * 32, pruned: 16 * 32 });
    session.dispose();
  });

  test('is left alone where the study says so, and the others reach what is asked without it', () => {
    const session = open({ kinds: [], names: [], except: shortcuts });
    session.restore(faded(session));
    const [pruned, ...more] = session.pruneIfPlanned()!.events;
    expect(more).toEqual([]);
    for (const name of shortcuts) expect(prunedOf(session, name)).toBe(0);
    const chosen = session.network.layers.filter(({ name }) => !shortcuts.includes(name));
    const weights = chosen.reduce((sum, layer) => sum + layer.weights, 0);
    expect(pruned!.data).toMatchObject({ prunedWeights: Math.round(0.5 * weights) });
    session.dispose();
  });
});

test(
  'the accuracy that stands for a run is of its last epoch, not its best from before the pruning',
  { timeout: 60_000 },
  async () => {
    const station = await openStation();
    const [id] = (await station.start(
      studyText({
        images: smallImages(),
        shared: { epochs: 3 },
        arms: [{ name: 'pruned', control: false, pruning: pruningAt(3, 0.995) }],
      }),
    )) as [string];
    const [summary] = await allEnded(station, [id]);
    const epochs = await station.services.epochs(id);
    const [before, last] = epochs.slice(-2) as [(typeof epochs)[0], (typeof epochs)[0]];
    expect(last.pruned).toBeGreaterThan(before.pruned);
    for (const accuracy of ['testAccuracy', 'validationAccuracy'] as const) {
      expect(before[accuracy]! - last[accuracy]!).toBeGreaterThan(0.2);
      expect(summary![accuracy]).toBe(last[accuracy]);
    }
    const [listed] = await station.services.listRuns();
    expect(listed!.testAccuracy).toBe(last.testAccuracy);
  },
);
