import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, describe, expect, test } from 'vitest';
import { encodeNpy, encodeNpz } from '../../../../main/codec/npz.ts';
import type { NetworkDescription } from '../../../../common/network.ts';
import { completePruning } from '../../../../common/run-specification.ts';
import { describeModel } from '../../../../main/trainer/network/describe.ts';
import { chosenMasks, givenMasks, pinMasks } from '../../../../main/trainer/pruning/criteria/given-masks.ts';
import { prune } from '../../../../main/trainer/pruning/prune.ts';
import { refusals } from '../../../../main/trainer/pruning/refusals.ts';
import { unusedDerivatives } from '../../doubles/derivatives.ts';

const folder = mkdtempSync(join(tmpdir(), 'cascade-masks-'));
afterAll(() => rmSync(folder, { recursive: true }));

const network: NetworkDescription = describeModel(
  { model: { name: 'lenet-300-100' }, augmentation: [] },
  { imageShape: [2, 2, 1], classes: 3 },
);

/** Every third weight of each layer pruned. */
function writeMasks(file: string, every = 3): { pruned: number; weights: number } {
  let [pruned, weights] = [0, 0];
  const arrays = network.layers.map(({ name, shape, weights: size }) => {
    const bits = Uint8Array.from({ length: size }, (_, index) => Number(index % every === 0));
    pruned += bits.reduce((sum, bit) => sum + bit, 0);
    weights += size;
    return { name: `${name}.pruned`, shape, values: bits };
  });
  writeFileSync(file, encodeNpz(arrays));
  return { pruned, weights };
}

const pruning = (file: string, sparsity: number) =>
  completePruning({
    criterion: { name: 'given-masks', file },
    granularity: { name: 'weight' },
    distribution: { name: 'global' },
    schedule: { name: 'one-shot', epoch: 0 },
    layers: { kinds: [], names: [], except: [] },
    sparsity,
  });

const pruningOf = (criterion: Record<string, unknown>, sparsity: number) => ({
  ...pruning('', sparsity),
  criterion: { name: 'given-masks', ...criterion },
});

/** The network's layers with all weights alike, so that nothing but the masks decides. */
const evenLayers = () =>
  network.layers.map((layer) => ({
    ...layer,
    weights: new Float32Array(layer.weights).fill(0.5),
    mask: new Uint8Array(layer.weights).fill(1),
  }));

describe('a file of masks', () => {
  const arrays = () =>
    Object.fromEntries(
      network.layers.map(({ name, shape, weights }) => [
        `${name}.mask.npy`,
        encodeNpy({ name, shape, values: new Uint8Array(weights).fill(1) }),
      ]),
    );

  test('may hold what macOS and other layers’ arrays leave in it, of any size', () => {
    const masks = chosenMasks(
      zipSync({
        ...arrays(),
        '__MACOSX/._fc1.mask.npy': Uint8Array.of(0, 5, 22),
        '.DS_Store': Uint8Array.of(1),
        'other.mask.npy': new Uint8Array(1000),
      }),
      network.layers,
    );
    expect([...masks.keys()]).toEqual(network.layers.map(({ name }) => name));
  });

  test('is refused before an array is unpacked that is larger than its layer', () => {
    const [first] = network.layers;
    const bomb = zipSync({ ...arrays(), [`${first!.name}.mask.npy`]: new Uint8Array(2 ** 24) });
    expect(() => chosenMasks(bomb, network.layers)).toThrow(
      expect.objectContaining({
        code: 'BAD_NPZ',
        message: expect.stringMatching(
          /'.*\.mask\.npy' of 16777216 bytes, more than the \d+ that it can need/,
        ),
      }),
    );
  });

  test.runIf(process.platform === 'linux')('is not waited for where it is a pipe or a device', () => {
    const pipe = join(folder, 'pipe.npz');
    execFileSync('mkfifo', [pipe]);
    for (const [path, kind] of [
      [pipe, 'pipe'],
      ['/dev/zero', 'device'],
      [folder, 'folder'],
    ] as const)
      expect(() => pinMasks(pruning(path, 0.5))).toThrow(
        expect.objectContaining({
          code: 'BAD_MASKS',
          message: expect.stringContaining(`it is not a file but a ${kind}`) as string,
        }),
      );
  });
});

describe('masks of another run', () => {
  const file = join(folder, 'handed.npz');
  const { pruned, weights } = writeMasks(file, 5);
  const npz = readFileSync(file);
  const from = pruningOf({ run: '0a1b2c3d4e5f-s0', epoch: 3 }, 0.21);
  const moment = { sparsity: 0.21, seed: 1, counters: [0], derivatives: unusedDerivatives, network };

  test('are put in force as they were handed over, however near their sparsity is to the one asked for', () => {
    const handed = chosenMasks(npz, network.layers);
    const { masks, asked, reached } = prune(from, evenLayers(), { ...moment, handed });
    for (const { name } of network.layers)
      masks.get(name)!.forEach((kept, index) => expect(kept).toBe(Number(index % 5 !== 0)));
    expect([asked, reached]).toEqual([0.21, pruned / weights]);
  });

  test('are needed by the time of the pruning, and no sooner', () => {
    expect(refusals(from, network)).toEqual([]);
    expect(pinMasks(from)).toBe(from);
    expect(() => prune(from, evenLayers(), moment)).toThrow(/without the masks of the other run/);
  });

  test('may be of more layers than are pruned, not of fewer, nor of other shapes', () => {
    const [first, ...others] = network.layers;
    expect([...chosenMasks(npz, [first!]).keys()]).toEqual([first!.name]);
    expect(() => chosenMasks(npz, [{ name: 'conv9', shape: [3] }])).toThrow(
      /have nothing for the layer conv9/,
    );
    expect(() => chosenMasks(npz, [{ ...others[0]!, shape: [1] }])).toThrow(/of the shape/);
  });
});

describe('where the masks come from', () => {
  const complaint = (criterion: Record<string, unknown>) =>
    givenMasks.options.safeParse({ name: 'given-masks', ...criterion }).error?.issues[0]?.message ?? null;

  test('is one of a file, a run and an arm', () => {
    for (const one of [
      { file: 'a.npz' },
      { run: '0a1b', epoch: 3 },
      { arm: 'dense' },
      { run: '0a1b2c3d4e5f-s' },
    ])
      expect(complaint(one)).toBeNull();
    for (const other of [{}, { epoch: 3 }, { run: '0a1b', arm: 'dense' }, { file: 'a.npz', run: '0a1b' }])
      expect(complaint(other)).toBe('masks come from one of file, run and arm: give one of them');
    expect(complaint({ file: 'a.npz', epoch: 3 })).toMatch(/^a file has no epochs/);
    expect(complaint({ arm: 'dense', fileSha256: '0'.repeat(64) })).toMatch(/^fileSha256 is of a file/);
    for (const run of ['', 'x', '0a1b2c3d4e5f6', '-s1', 17]) expect(complaint({ run })).not.toBeNull();
  });
});

describe('masks of a file', () => {
  const file = join(folder, 'masks.npz');
  const { pruned, weights } = writeMasks(file);
  const sparsity = pruned / weights;

  test('are put in force as they are, whatever the weights', () => {
    const { masks } = prune(pruning(file, sparsity), evenLayers(), {
      sparsity,
      seed: 1,
      counters: [0],
      derivatives: unusedDerivatives,
      network,
    });
    for (const { name } of network.layers)
      masks.get(name)!.forEach((kept, index) => expect(kept).toBe(Number(index % 3 !== 0)));
  });

  test('are refused for another sparsity than theirs, which is told', () => {
    expect(refusals(pruning(file, sparsity), network)).toEqual([]);
    const [refusal] = refusals(pruning(file, 0.5), network);
    expect(refusal).toMatchObject({ key: ['pruning', 'criterion'] });
    expect(refusal!.message).toContain(`the masks prune ${sparsity} of the chosen weights`);
  });

  test('are refused where the file is missing, damaged or of another network', () => {
    const sentence = (of: string) => refusals(pruning(of, sparsity), network)[0]?.message;
    expect(sentence(join(folder, 'none.npz'))).toMatch(/cannot be read/);
    writeFileSync(join(folder, 'broken.npz'), 'nothing');
    expect(sentence(join(folder, 'broken.npz'))).toBeTypeOf('string');
    writeFileSync(
      join(folder, 'other.npz'),
      encodeNpz([{ name: 'fc1.pruned', shape: [2], values: new Uint8Array(2) }]),
    );
    expect(sentence(join(folder, 'other.npz'))).toMatch(/fc1/);
  });

  test('make another run when their content changes, and cannot change under one', () => {
    const first = pinMasks(pruning(file, sparsity));
    expect(first.criterion['fileSha256']).toMatch(/^[0-9a-f]{64}$/);
    writeMasks(file, 2);
    expect(refusals(first, network)[0]!.message).toMatch(/is not the one that was meant/);
    expect(pinMasks(pruning(file, sparsity)).criterion['fileSha256']).not.toBe(first.criterion['fileSha256']);
    writeMasks(file);
  });

  test('leave any other pruning as it is', () => {
    const other = { ...pruning(file, 0.5), criterion: { name: 'random' } };
    expect(pinMasks(other)).toBe(other);
  });
});
