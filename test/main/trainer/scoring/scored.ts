import type { NetworkDescription } from '../../../../common/network.ts';
import { generator, normals, uniforms } from '../../../../main/trainer/random.ts';
import type { NamedOptions } from '../../../../common/run-specification.ts';
import type { Dataset } from '../../../../main/trainer/data/dataset.ts';
import { initialParameters } from '../../../../main/trainer/network/initialization.ts';
import { models } from '../../../../main/trainer/network/registry.ts';
import { runsRotated } from '../../../../main/trainer/network/rotated.ts';
import type { ScoredLayer, ScoringContext } from '../../../../main/trainer/pruning/criteria/criterion.ts';
import {
  createDerivatives,
  type DisposableDerivatives,
} from '../../../../main/trainer/scoring/network-derivatives.ts';
import { uploadSplit } from '../../../../main/trainer/steps/device-data.ts';
import { DeviceState } from '../../../../main/trainer/steps/device-state.ts';
import type { Engine } from '../../../../main/trainer/tensorflow/engine.ts';

export const SEED = 7;
export const COUNTERS = [3];

/** A network with everything that a criterion looks at. */
export interface Scored {
  network: NetworkDescription;
  state: DeviceState;
  /** Parameters by name, pruned weights zero. */
  values: Map<string, Float32Array>;
  layers: ScoredLayer[];
  derivatives: DisposableDerivatives;
  context: ScoringContext;
  release(): void;
}

export function describeModel(model: NamedOptions, { imageShape, classes }: Dataset): NetworkDescription {
  return models.open(model).describe({ imageShape, classes, minimum: -2, maximum: 2 });
}

/** As after some training: no parameter is at its initial value, some γ are negative, and a share of each kernel is pruned. */
export function trainedValues(network: NetworkDescription): Map<string, Float32Array> {
  const values = initialParameters(network, SEED);
  network.parameters.forEach(({ name, role }, index) => {
    const random = generator(SEED, 'values of a test', index);
    const before = values.get(name)!;
    const noise = normals(before.length, random);
    const uniform = uniforms(before.length, random);
    values.set(
      name,
      before.map((value, position) => {
        if (role === 'gamma') return (0.5 + uniform[position]!) * (position % 3 === 2 ? -1 : 1);
        if (role === 'variance') return 0.5 + uniform[position]!;
        return role === 'kernel' ? value : 0.3 * noise[position]!;
      }),
    );
  });
  return values;
}

/** Uploads a network and a data set to score it. `pruned` is the share of every kernel that is masked. */
export function scored(
  engine: Engine,
  network: NetworkDescription,
  dataset: Dataset,
  { values = trainedValues(network), pruned = 0 } = {},
): Scored {
  const state = new DeviceState(engine, network, [], values);
  const layers = network.layers.map((layer, index) => {
    const draw = uniforms(layer.weights, generator(SEED, 'masks of a test', index));
    const mask = Uint8Array.from(draw, (x) => Number(x >= pruned));
    if (pruned > 0) state.applyMask(layer.kernel, mask);
    const weights = state.readParameter(layer.kernel);
    values.set(layer.kernel, weights);
    return { ...layer, index, weights, mask };
  });
  const train = uploadSplit(engine, dataset.train, dataset.imageShape, runsRotated(network));
  const standardization = { mean: dataset.mean, deviation: dataset.standardDeviation };
  const setting = { engine, network, state, train, standardization, seed: SEED, counters: COUNTERS };
  const derivatives = createDerivatives(setting);
  return {
    network,
    state,
    values,
    layers,
    derivatives,
    context: { seed: SEED, counters: COUNTERS, layers, derivatives, handed: null },
    release() {
      derivatives.dispose();
      state.dispose();
      train.images.release();
      train.labels.release();
    },
  };
}
