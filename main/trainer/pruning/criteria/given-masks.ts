import * as z from 'zod';
import type { ByteSource } from '../../../codec/byte-source.ts';
import { decodeNpz } from '../../../codec/npz-read.ts';
import { CascadeError, messageOf } from '../../../../common/errors.ts';
import { GIVEN_MASKS } from '../../../base/mask-source.ts';
import { sizeOf, type PrunableLayer } from '../../../../common/network.ts';
import type { PruningSpecification } from '../../../../common/run-specification.ts';
import { ARM_NAME, wording } from '../../../../common/study/wording.ts';
import { regularSource, sha256Of } from '../../../base/regular-files.ts';
import { masksFrom } from '../given-masks.ts';
import { countPruned } from '../masks.ts';
import { defineCriterion, type HandedMasks } from './criterion.ts';

/** Bytes: masks of a billion weights, packed. */
const LARGEST_FILE = 2 ** 31 - 1;

const options = z
  .strictObject({
    name: z.literal(GIVEN_MASKS),
    file: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        'An .npz file with <layer>.pruned or <layer>.mask of every layer, as the masks of a run are exported.',
      ),
    fileSha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullable()
      .default(null)
      .describe('SHA-256 of the file, added automatically: another file is another run.'),
    run: z
      .string()
      .regex(/^[0-9a-f]{1,12}(-s\d{0,10})?$/)
      .register(wording, {
        allowed: 'the id of a run, or a unique prefix, such as 0a1b2c3d4e5f-s0',
      })
      .nullable()
      .default(null)
      .describe(
        'A run of the workspace instead: its id, or a unique prefix; the twelve digits before -s alone mean, for each seed, the run of the same seed.',
      ),
    arm: z
      .string()
      .min(1)
      .meta(ARM_NAME)
      .nullable()
      .default(null)
      .describe('Another arm of the study instead: for each seed its run of the same seed.'),
    epoch: z
      .int()
      .min(0)
      .nullable()
      .default(null)
      .describe('Epoch of that run, or arm, after which its masks are taken; its last one unless given.'),
  })
  .superRefine(({ file, fileSha256, run, arm, epoch }, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', message });
    if ([file, run, arm].filter((from) => from !== null).length !== 1)
      refuse('masks come from one of file, run and arm: give one of them');
    else if (file === null && fileSha256 !== null) refuse('fileSha256 is of a file: leave it out');
    else if (file !== null && epoch !== null)
      refuse('a file has no epochs: leave epoch out, or give run or arm');
  });

/** Masks of a file or of another run: whether they carry over to other weights, seeds or schedules. */
export const givenMasks = defineCriterion({
  name: GIVEN_MASKS,
  title: 'The masks of a file, of another run, or of another arm of the study',
  source: 'Frankle & Carbin, arXiv 1803.03635; Morcos et al., arXiv 1906.02773 (masks carried over)',
  options,
  scores(given, { layers, handed }) {
    const masks = masksOf(given, layers, handed);
    if (!masks)
      throw new CascadeError('BAD_MASKS', 'The run comes to its pruning without the masks of the other run.');
    return new Map(layers.map(({ name }) => [name, Float32Array.from(masks.get(name)!)]));
  },
  onlySparsity(given, layers, handed) {
    const masks = masksOf(given, layers, handed);
    if (!masks) return null;
    const weights = layers.reduce((sum, { name }) => sum + masks.get(name)!.length, 0);
    return layers.reduce((sum, { name }) => sum + countPruned(masks.get(name)!), 0) / weights;
  },
});

type MaskedLayer = Pick<PrunableLayer, 'name' | 'shape'>;

/** Masks of the chosen layers, 1 where kept; null where they are another run's and were not handed over. */
function masksOf(
  given: z.infer<typeof options>,
  layers: readonly MaskedLayer[],
  handed: HandedMasks | null,
): HandedMasks | null {
  const npz = readPinned(given);
  return npz ? chosenMasks(npz, layers) : handed;
}

/**
 * Masks of these layers from an .npz; those of others may be in it.
 *
 * @throws CascadeError BAD_NPZ, BAD_MASKS as `masksFrom`
 */
export function chosenMasks(npz: Uint8Array | ByteSource, layers: readonly MaskedLayer[]): HandedMasks {
  const weights = new Map(layers.map(({ name, shape }) => [name, sizeOf(shape)]));
  // Masks of the chosen layers alone are unpacked, and no more of each than it has weights.
  const arrays = decodeNpz(npz, (name) => weights.get(name.slice(0, name.lastIndexOf('.'))) ?? null);
  return masksFrom(arrays, layers);
}

/** The pruning with the SHA-256 of its file of masks among its options: a run's identity then follows the file's content. */
export function pinMasks(pruning: PruningSpecification): PruningSpecification {
  const npz = pruning.criterion.name === GIVEN_MASKS ? readPinned(options.parse(pruning.criterion)) : null;
  if (!npz) return pruning;
  const fileSha256 = sha256Of(npz);
  return { ...pruning, criterion: { ...pruning.criterion, fileSha256 } };
}

/** The file, as it was meant; null where the masks are not from one. */
function readPinned({ file, fileSha256 }: z.infer<typeof options>): ByteSource | null {
  if (file === null) return null;
  const source = readable(file, () => regularSource(file, LARGEST_FILE));
  const npz: ByteSource = {
    length: source.length,
    read: (from, to) => readable(file, () => source.read(from, to)),
  };
  if (fileSha256 !== null && sha256Of(npz) !== fileSha256)
    throw new CascadeError(
      'BAD_MASKS',
      `The file of masks ${file} is not the one that was meant: put the old file back, or leave fileSha256 out.`,
    );
  return npz;
}

function readable<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new CascadeError('BAD_MASKS', `The file of masks ${file} cannot be read: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}
