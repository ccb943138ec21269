import { statSync } from 'node:fs';
import type { ByteSource } from '../../codec/byte-source.ts';
import { parametersOf, pyTorchRefusal } from '../../codec/pytorch-layout.ts';
import { PyTorchState, type StateTensor } from '../../codec/pytorch-state.ts';
import { openSafetensors } from '../../codec/safetensors.ts';
import { CascadeError, messageOf } from '../../../common/errors.ts';
import type { NetworkDescription } from '../../../common/network.ts';
import type { NamedOptions } from '../../../common/run-specification.ts';
import { fileStamp, regularSource, sha256Of } from '../../base/regular-files.ts';
import { initialParameters } from './initialization.ts';

/** Bytes: twice what the largest network takes in float64, split by torch.nn.utils.prune. */
const LARGEST_FILE = 2 ** 32;
/** Bytes: more than ten times what the header of the network with the most tensors takes. */
const LONGEST_HEADER = 2 ** 22;

/** What is known of a file of weights from its header; its values are read when they are first asked for. */
interface WeightsOutline {
  sha256(): string;
  tensors: Map<string, StateTensor>;
}

/**
 * The parameters that a run starts from: those of the file that the model's option `weights` names (PyTorch's names and
 * layouts), or initial ones.
 *
 * @throws CascadeError WEIGHTS_UNREADABLE, WEIGHTS_CHANGED when it is not the file whose SHA-256 the options hold, and
 *   what `parametersFromPyTorch` throws
 */
export function startingParameters(
  model: NamedOptions,
  network: NetworkDescription,
  seed: number,
): Map<string, Float32Array> {
  const path = pathOf(model);
  if (path === null) return initialParameters(network, seed);
  const stamp = stampOf(path);
  const source = sourceAt(path);
  const wanted = model['weightsSha256'] ?? null;
  const { tensors } = openSafetensors(source, LONGEST_HEADER);
  if (wanted !== null && sha256Of(source) !== wanted) throw changed(path);
  const parameters = parametersOf(network, tensors);
  // It is read tensor by tensor: one that changed meanwhile is not the file that was compared.
  if (stampOf(path) !== stamp) throw changed(path);
  return parameters;
}

/**
 * The model with the SHA-256 of its file of weights among its options: a run's identity then follows the file's content,
 * and the file cannot change under a run unnoticed.
 *
 * @throws CascadeError as `startingParameters`
 */
export function pinWeights(model: NamedOptions): NamedOptions {
  const path = pathOf(model);
  return path === null ? model : { ...model, weightsSha256: outlineOf(path).sha256() };
}

/** Why a model cannot start from the file that it names, in words; null when it can, or names none. */
export function weightsRefusal(model: NamedOptions, network: NetworkDescription): string | null {
  const path = pathOf(model);
  if (path === null)
    return (model['weightsSha256'] ?? null) === null ? null : 'a SHA-256 is given, but no file of weights';
  try {
    const { sha256, tensors } = outlineOf(path);
    const wanted = model['weightsSha256'] ?? null;
    if (wanted !== null && sha256() !== wanted) return changed(path).message;
    const refusal = pyTorchRefusal(network, tensors);
    return refusal === null ? null : `the weights do not fit the network: ${refusal}`;
  } catch (error) {
    return messageOf(error);
  }
}

/** Outlines of the files read so far: studies are read again and again while they are written. */
const outlines = new Map<string, { stamp: string; outline: WeightsOutline }>();

function outlineOf(path: string): WeightsOutline {
  const stamp = stampOf(path);
  const known = outlines.get(path);
  if (known?.stamp === stamp) return known.outline;
  const source = sourceAt(path);
  const tensors = new PyTorchState(openSafetensors(source, LONGEST_HEADER).tensors).outline();
  let sha256: string | null = null;
  const outline = { sha256: () => (sha256 ??= sha256Of(source)), tensors };
  outlines.set(path, { stamp, outline });
  return outline;
}

function pathOf(model: NamedOptions): string | null {
  return typeof model['weights'] === 'string' ? model['weights'] : null;
}

function stampOf(path: string): string {
  return readable(path, () => fileStamp(statSync(path, { bigint: true })));
}

function sourceAt(path: string): ByteSource {
  const { length, read } = readable(path, () => regularSource(path, LARGEST_FILE));
  return { length, read: (from, to) => readable(path, () => read(from, to)) };
}

function readable<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new CascadeError(
      'WEIGHTS_UNREADABLE',
      `The file of weights ${path} cannot be read: ${messageOf(error)}.`,
      { cause: error },
    );
  }
}

function changed(path: string): CascadeError {
  return new CascadeError(
    'WEIGHTS_CHANGED',
    `The file of weights ${path} is not the one that was meant: put the old file back, or leave weightsSha256 out.`,
  );
}
