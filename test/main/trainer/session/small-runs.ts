import { maskOf } from '../../../../main/codec/checkpoint-masks.ts';
import {
  decodeSafetensors,
  encodeSafetensors,
  float32Of,
  type SafetensorsFile,
} from '../../../../main/codec/safetensors.ts';
import { generator, integer, uniforms } from '../../../../main/trainer/random.ts';
import {
  completePruning,
  completeSpecification,
  type NamedOptions,
  type PruningSpecification,
  type RunSpecification,
} from '../../../../common/run-specification.ts';
import { DEFAULT_THRESHOLDS } from '../../../../common/thresholds.ts';
import type { Dataset, Split } from '../../../../main/trainer/data/dataset.ts';
import type { TrainingSession } from '../../../../main/trainer/session/session.ts';

const SIDE = 8;
const CLASSES = 4;

/** Images of noise in which a bright quarter tells the class: learnt in an epoch, drawn in no time. */
function split(count: number, purpose: string): Split {
  const random = generator(5, purpose);
  const labels = Int32Array.from({ length: count }, () => integer(CLASSES, random));
  const noise = uniforms(count * SIDE * SIDE, random);
  const images = Uint8Array.from(noise, (x, index) => {
    const [image, place] = [Math.floor(index / SIDE ** 2), index % SIDE ** 2];
    const quarter = 2 * Number(place >= SIDE ** 2 / 2) + Number(place % SIDE >= SIDE / 2);
    return 120 * x + (quarter === labels[image] ? 100 : 0);
  });
  return { images, labels, count };
}

export function smallDataset({ train = 100, test = 40 } = {}): Dataset {
  return {
    name: 'small',
    imageShape: [SIDE, SIDE, 1],
    classes: CLASSES,
    train: split(train, 'train'),
    validation: split(20, 'validation'),
    test: split(test, 'test'),
    mean: [0.33],
    standardDeviation: [0.21],
    hash: 'small',
  };
}

export const LENET: NamedOptions = { name: 'lenet-300-100' };
export const DEPTHWISE: NamedOptions = {
  name: 'depthwise-separable',
  stem: 6,
  widths: [8, 10],
  strides: [1, 2],
};
export const SGD: NamedOptions = { name: 'sgd', momentum: 0.9, weightDecay: 1e-3 };
export const ADAM: NamedOptions = { name: 'adam', weightDecay: 1e-3 };

export function pruningAfter(
  epoch: number,
  change: Partial<PruningSpecification> = {},
): PruningSpecification {
  return completePruning({
    criterion: { name: 'random' },
    granularity: { name: 'weight' },
    distribution: { name: 'global' },
    schedule: { name: 'one-shot', epoch },
    layers: { kinds: [], names: [], except: [] },
    sparsity: 0.6,
    ...change,
  });
}

export function specification(change: Partial<RunSpecification> = {}): RunSpecification {
  return completeSpecification({
    dataset: { name: 'mnist' },
    model: DEPTHWISE,
    batchSize: 16,
    epochs: 4,
    optimizer: SGD,
    learningRate: { name: 'constant', rate: 0.02 },
    pruning: null,
    retraining: { name: 'none' },
    thresholds: [...DEFAULT_THRESHOLDS],
    referenceEpoch: 0,
    ...change,
  });
}

/** One epoch as a run's thread goes through it. */
export function epochOf(session: TrainingSession) {
  const trained = session.trainEpoch(() => undefined);
  session.takeReference();
  const events = session.pruneIfPlanned()?.events ?? [];
  return { trained, events, evaluation: session.evaluate(), layers: session.measure().layers };
}

/** A checkpoint's tensors as numbers; the mask of each layer as `mask/<layer>`, a number a weight. */
export function tensorsOf(checkpoint: Uint8Array): Map<string, Float32Array | Uint8Array> {
  const file = decodeSafetensors(checkpoint);
  const shapes = JSON.parse(file.metadata['mask-shapes']!) as Record<string, number[]>;
  const floats = [...file.tensors].filter(([, { dtype }]) => dtype === 'F32');
  return new Map<string, Float32Array | Uint8Array>([
    ...floats.map(([name, tensor]) => [name, float32Of(tensor)] as const),
    ...Object.entries(shapes).map(
      ([name, shape]) => [`mask/${name}`, maskOf(file, { name, shape })] as const,
    ),
  ]);
}

/** A checkpoint with the numbers of some of its tensors changed. */
export function withTensors(
  checkpoint: Uint8Array,
  change: (name: string, values: Float32Array) => Float32Array | null,
): Uint8Array {
  const file: SafetensorsFile = decodeSafetensors(checkpoint);
  for (const [name, tensor] of file.tensors) {
    if (tensor.dtype !== 'F32') continue;
    const values = change(name, float32Of(tensor));
    if (values) tensor.bytes = new Uint8Array(values.slice().buffer);
  }
  return encodeSafetensors(file);
}
