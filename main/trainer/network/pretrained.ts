import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { parametersFromPyTorch, pyTorchRefusal } from '../../../common/codec/pytorch-layout.ts';
import { PyTorchState, type StateTensor } from '../../../common/codec/pytorch-state.ts';
import { decodeSafetensors } from '../../../common/codec/safetensors.ts';
import { CascadeError, messageOf } from '../../../common/errors.ts';
import type { NetworkDescription } from '../../../common/network.ts';
import type { NamedOptions } from '../../../common/run-specification.ts';
import { fileStamp, readRegular } from '../../regular-files.ts';
import { initialParameters } from './initialization.ts';

/** Bytes: twice what the largest network takes in float64, split by torch.nn.utils.prune. */
const LARGEST_FILE = 2 ** 32;

/** What is known of a file of weights once its values were looked at. */
interface WeightsOutline {
  sha256: string;
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
  const bytes = readWeights(path);
  const wanted = model['weightsSha256'] ?? null;
  if (wanted !== null && sha256Of(bytes) !== wanted) throw changed(path);
  return parametersFromPyTorch(network, bytes);
}

/**
 * The model with the SHA-256 of its file of weights among its options: a run's identity then follows the file's content,
 * and the file can not change under a run unnoticed.
 *
 * @throws CascadeError as `startingParameters`
 */
export function pinWeights(model: NamedOptions): NamedOptions {
  const path = pathOf(model);
  return path === null ? model : { ...model, weightsSha256: outlineOf(path).sha256 };
}

/** Why a model can not start from the file that it names, in words; null when it can, or names none. */
export function weightsRefusal(model: NamedOptions, network: NetworkDescription): string | null {
  const path = pathOf(model);
  if (path === null)
    return (model['weightsSha256'] ?? null) === null ? null : 'a SHA-256 is given, but no file of weights';
  try {
    const { sha256, tensors } = outlineOf(path);
    if ((model['weightsSha256'] ?? sha256) !== sha256) return changed(path).message;
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
  const bytes = readWeights(path);
  const tensors = new PyTorchState(decodeSafetensors(bytes).tensors).outline();
  const outline = { sha256: sha256Of(bytes), tensors };
  outlines.set(path, { stamp, outline });
  return outline;
}

function pathOf(model: NamedOptions): string | null {
  return typeof model['weights'] === 'string' ? model['weights'] : null;
}

function stampOf(path: string): string {
  return readable(path, () => fileStamp(statSync(path, { bigint: true })));
}

function readWeights(path: string): Uint8Array {
  return readable(path, () => readRegular(path, LARGEST_FILE));
}

function readable<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new CascadeError(
      'WEIGHTS_UNREADABLE',
      `The file of weights ${path} can not be read: ${messageOf(error)}.`,
      { cause: error },
    );
  }
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function changed(path: string): CascadeError {
  return new CascadeError(
    'WEIGHTS_CHANGED',
    `The file of weights ${path} is not the one that was meant: put the old file back, or leave weightsSha256 out.`,
  );
}
