import { CascadeError } from '../../common/errors.ts';
import { isPrintable, quoted } from '../base/names.ts';
import { floatsOf, isFloat, type SafetensorsTensor } from './safetensors.ts';

/** A parameter or statistic of a state dict, whatever wrapped its module. */
export interface StateTensor {
  /** As the file has it. */
  name: string;
  shape: number[];
  /** Why its values cannot be those of a network, in words; null where they can. They are read when it is first asked for. */
  readonly flaw: string | null;
}

/** Parts of names that wrappers add: DataParallel, DistributedDataParallel and AveragedModel, torch.compile. */
const WRAPPERS = new Set(['module', '_orig_mod']);
const ORIGINAL = '_orig';
const MASK = '_mask';
const VARIANCE = 'running_var';

/** A tensor's name without what wrappers add to it, outside or within: 'module._orig_mod.fc.weight' is 'fc.weight'. */
export function unwrappedName(name: string): string {
  return name
    .split('.')
    .filter((part) => !WRAPPERS.has(part))
    .join('.');
}

/**
 * Tensors that stand beside parameters: batch norm's count of batches, AveragedModel's of averages, masks, and the weights
 * that train beside their averages.
 */
function isBeside(name: string): boolean {
  return name === 'n_averaged' || /\.(num_batches_tracked|weight_mask|weight_raw|bias_raw)$/.test(name);
}

/**
 * The parameters and statistics of a state dict by their unwrapped names. Those that torch.nn.utils.prune has split in
 * `_orig` and `_mask` are joined; masks beside whole weights, and counts of batches, are left out.
 *
 * @throws CascadeError WEIGHTS_UNUSABLE where a name cannot be read, or two tensors are the same parameter
 */
export class PyTorchState {
  readonly #tensors = new Map<string, { name: string; tensor: SafetensorsTensor }>();
  readonly #masks = new Map<string, { name: string; tensor: SafetensorsTensor }>();

  constructor(tensors: ReadonlyMap<string, SafetensorsTensor>) {
    const unwrapped = new Map<string, string>();
    for (const [name, tensor] of tensors) {
      if (!isPrintable(name)) throw unusable(`has the name ${quoted(name)}, with control characters`);
      const plain = unwrappedName(name);
      const other = unwrapped.get(plain);
      if (other !== undefined)
        throw unusable(`has both ${quoted(other)} and ${quoted(name)}, which are the same parameter`);
      unwrapped.set(plain, name);
      this.#tensors.set(plain, { name, tensor });
    }
    for (const [plain, original] of [...this.#tensors]) {
      if (!plain.endsWith(ORIGINAL)) continue;
      const joined = plain.slice(0, -ORIGINAL.length);
      const mask = this.#tensors.get(joined + MASK);
      if (!mask)
        throw unusable(`has ${quoted(original.name)} without its mask, as torch.nn.utils.prune makes one`);
      const whole = this.#tensors.get(joined);
      if (whole) throw unusable(`has both ${quoted(whole.name)} and ${quoted(original.name)}`);
      for (const part of [plain, joined + MASK]) this.#tensors.delete(part);
      this.#tensors.set(joined, original);
      this.#masks.set(joined, mask);
    }
    for (const plain of this.#tensors.keys()) if (isBeside(plain)) this.#tensors.delete(plain);
  }

  /** What there is, without its values. */
  outline(): Map<string, StateTensor> {
    const flawOf = (plain: string): string | null => this.#flawOf(plain);
    return new Map(
      [...this.#tensors].map(([plain, { name, tensor }]) => {
        let flaw: string | null | undefined;
        const state: StateTensor = {
          name,
          shape: tensor.shape,
          get flaw() {
            if (flaw === undefined) flaw = flawOf(plain);
            return flaw;
          },
        };
        return [plain, state];
      }),
    );
  }

  /** The values of one tensor of the outline without flaw, in PyTorch's layout; of a pruned one, those times its mask. */
  values(plain: string): Float32Array<ArrayBuffer> {
    const values = floatsOf(this.#tensors.get(plain)!.tensor);
    const mask = this.#masks.get(plain);
    if (mask) {
      const kept = maskOf(mask.tensor)!;
      for (let index = 0; index < values.length; index++) if (!kept[index]) values[index] = 0;
    }
    return values;
  }

  #flawOf(plain: string): string | null {
    const { name, tensor } = this.#tensors.get(plain)!;
    if (!isFloat(tensor.dtype))
      return `${quoted(name)} holds ${tensor.dtype} where F32, F64, F16 or BF16 is needed: save it as .float() in PyTorch`;
    const mask = this.#masks.get(plain);
    if (mask && mask.tensor.shape.join() !== tensor.shape.join())
      return `${quoted(mask.name)} is of another shape than ${quoted(name)}`;
    if (mask && !maskOf(mask.tensor)?.every((value) => value === 0 || value === 1))
      return `${quoted(mask.name)} holds other values than 0 and 1`;
    // Of all values, masked ones too: PyTorch multiplies, and not a number times 0 is not a number.
    const values = floatsOf(tensor);
    if (!values.every(Number.isFinite)) return `${quoted(name)} holds values that are not finite numbers`;
    if (plain.endsWith(VARIANCE) && values.some((value) => value < 0))
      return `${quoted(name)} holds negative variances`;
    return null;
  }
}

/** A mask's values, of any type that masks are saved in; null for another type. */
function maskOf(tensor: SafetensorsTensor): Float32Array | Uint8Array | null {
  if (isFloat(tensor.dtype)) return floatsOf(tensor);
  return tensor.dtype === 'BOOL' || tensor.dtype === 'U8' ? tensor.bytes : null;
}

function unusable(what: string): CascadeError {
  return new CascadeError('WEIGHTS_UNUSABLE', `The file of weights ${what}.`);
}
