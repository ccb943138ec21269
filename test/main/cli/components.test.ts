import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';
import type { DescribedComponents } from '../../../main/studies/describe-components.ts';
import { components } from '../../../main/trainer/components.ts';
import { Shell } from './helpers.ts';

let shell: Shell;
beforeEach(() => {
  shell = new Shell();
});

async function described(): Promise<DescribedComponents> {
  expect(await shell.run('components', '--json')).toBe(0);
  return shell.document as DescribedComponents;
}

test('components --json: every entry of every registry, with its options and source', async () => {
  const all = await described();
  expect(Object.keys(all)).toEqual(Object.keys(components));
  const names = (entries: readonly { name: string }[]): string[] => entries.map(({ name }) => name);
  for (const [kind, entries] of Object.entries(components))
    expect(names(all[kind as keyof typeof all])).toEqual(names(entries));
  expect(all.optimizers.find(({ name }) => name === 'sgd')).toMatchObject({
    title: 'SGD with momentum and coupled decay',
    source: expect.stringContaining('torch.optim.SGD'),
    options: expect.arrayContaining([
      {
        name: 'momentum',
        allowed: 'a number, 0 or more and below 1',
        required: false,
        default: 0.9,
        description: 'μ of v ← μ·v + g.',
      },
    ]),
  });
  for (const part of Object.values(all).flat())
    for (const option of part.options) {
      expect(option.description, `${part.name}.${option.name}`).not.toBe('');
      expect(option.allowed, `${part.name}.${option.name}`).not.toBe('another value');
    }
});

describe('networks', () => {
  // Trainable parameters, as published or as in torchvision; multiply-accumulates of kernels alone.
  test.each([
    ['lenet-300-100', [28, 28, 1], 266_610, 266_200],
    ['lenet-5', [28, 28, 1], 431_080, 2_293_000],
    ['resnet-18', [224, 224, 3], 11_689_512, 1_814_073_344],
    ['resnet-34', [224, 224, 3], 21_797_672, 3_663_761_408],
    ['resnet-50', [224, 224, 3], 25_557_032, 4_089_184_256],
    ['mobilenet-v2', [224, 224, 3], 3_504_872, 300_774_272],
    ['mobilenet-v3-large', [224, 224, 3], 5_483_032, 216_589_760],
    ['mobilenet-v3-small', [224, 224, 3], 2_542_856, 56_510_400],
  ])('%s', async (name, input, parameters, macs) => {
    const { networks } = await described();
    expect(networks.find((network) => network.name === name)).toMatchObject({ input, parameters, macs });
  });

  test('all but one of the study’s own are counted', async () => {
    const { networks } = await described();
    const uncounted = networks.filter(({ parameters }) => parameters === null);
    expect(uncounted).toMatchObject([{ name: 'layers', input: null, classes: null, macs: null }]);
  });
});

test('components: a table for each kind', async () => {
  expect(await shell.run('components')).toBe(0);
  expect(shell.stdout).toContain('Networks (model)');
  expect(shell.stdout).toMatch(/resnet-50 +224 × 224 × 3, 1000 classes +25,557,032 +4\.089 G +ResNet-50/);
  expect(shell.stdout).toMatch(
    /adam +Adam with coupled L2 +beta1: 0\.9, beta2: 0\.999, epsilon: 1e-8, weightDecay: 0\n/,
  );
  expect(shell.stdout).toMatch(/one-shot +All at once after an epoch +epoch \(required\)/);
  expect(shell.stdout).toContain('All have: decayBatchNorm: true, decayBiases: true');
  for (const { name } of Object.values(components).flat())
    expect(shell.stdout).toMatch(new RegExp(`^${name} `, 'm'));
  expect(shell.opened).toEqual([]);
});

test('components <name>: everything about it', async () => {
  expect(await shell.run('components', 'n-m')).toBe(0);
  expect(shell.stdout).toContain('Granularities (pruning.granularity)\nSource: Zhou et al.');
  expect(shell.stdout).toMatch(/^keep +2 +a whole number from 1 to 1023 +Weights kept of every group/m);
  expect(await shell.run('components', 'resnet-20')).toBe(0);
  expect(shell.stdout).toContain('269,722 parameters, 40.55 M MACs for images of 32 × 32 × 3, 10 classes');
  expect(await shell.run('components', 'listed')).toBe(0);
  expect(shell.stdout).toMatch(/^prunings\noption .*\nafter +\(required\)/m);
  expect(await shell.run('components', 'n-m', '--json')).toBe(0);
  expect(shell.document).toMatchObject([
    { kind: 'granularities', setting: 'pruning.granularity', parts: [{ name: 'n-m' }] },
  ]);
});

test('components <name> of two kinds: both', async () => {
  expect(await shell.run('components', 'exponential')).toBe(0);
  expect(shell.stdout).toContain('Learning rates (learningRate)');
  expect(shell.stdout).toContain('Averages of the weights (averaging)');
});

test('components <name>: one that is not there', async () => {
  expect(await shell.run('components', 'resnet50')).toBe(1);
  expect(shell.stderr).toBe("There is no component named 'resnet50'; did you mean 'resnet-50'?\n");
});

test('components --markdown: the page of the documentation', async () => {
  expect(await shell.run('components', '--markdown')).toBe(0);
  expect(shell.stdout).toMatch(/^# Components\n/);
  // Nothing in a cell may end it.
  for (const line of shell.stdout.split('\n').filter((text) => text.startsWith('|')))
    expect([4, 5, 6]).toContain(line.split(/(?<!\\)\|/).length - 1);
});

test('components: parts, its older name, stays', async () => {
  expect(await shell.run('parts', 'n-m', '--json')).toBe(0);
  expect(shell.document).toMatchObject([{ kind: 'granularities' }]);
});

test('components needs neither a workspace nor TensorFlow', async () => {
  const probe = `
    import { registerHooks } from 'node:module';
    registerHooks({ resolve(specifier, context, next) {
      const found = next(specifier, context);
      if (/@tensorflow|better-sqlite3/.test(found.url)) throw new Error('loads ' + found.url);
      return found;
    } });
    process.argv.splice(1, 1, 'cascade', 'components', '--json');
    await import(${JSON.stringify(new URL('../../../main/cli.ts', import.meta.url).href)});`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', probe, '--'],
    {
      cwd: fileURLToPath(new URL('../../..', import.meta.url)),
      maxBuffer: 2 ** 24,
    },
  );
  expect(Object.keys(JSON.parse(stdout) as DescribedComponents)).toContain('networks');
});
