import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { npyFile, npzFile } from './data/bytes.ts';

const folder = mkdtempSync(join(tmpdir(), 'cascade-memory-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MEGABYTE = 1e6;
const trainer = join(import.meta.dirname, '../../../main/trainer');

/** What a process that looks at a file answers, and by how many bytes its largest memory grew meanwhile. */
function looked(modules: Record<string, string>, look: string): { answer: string; grown: number } {
  const imports = Object.entries(modules).map(
    ([name, path]) => `import { ${name} } from ${JSON.stringify(join(trainer, path))};`,
  );
  const script = `
    import { readFileSync } from 'node:fs';
    ${imports.join('\n')}
    const peak = () => 1024 * Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
    const before = peak();
    const answer = await (${look});
    console.log(JSON.stringify({ answer: String(answer), grown: peak() - before }));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  return JSON.parse(output) as { answer: string; grown: number };
}

describe.runIf(process.platform === 'linux')('files that promise too much', () => {
  test('weights are compared by their header before any is read', () => {
    const path = join(folder, 'alien.safetensors');
    const elements = 500 * MEGABYTE;
    const header = JSON.stringify({
      x: { dtype: 'F32', shape: [elements], data_offsets: [0, 4 * elements] },
    });
    const start = Buffer.alloc(8 + header.length);
    start.writeBigUInt64LE(BigInt(header.length));
    start.write(header, 8);
    writeFileSync(path, start);
    // 2 GB that take no room on the disk.
    truncateSync(path, start.length + 4 * elements);
    const { answer, grown } = looked(
      { models: 'network/registry.ts', weightsRefusal: 'network/pretrained.ts' },
      `weightsRefusal({ name: 'lenet-300-100', weights: ${JSON.stringify(path)} }, models.find('lenet-300-100')
        .describe({ name: 'lenet-300-100' }, { imageShape: [28, 28, 1], classes: 10, minimum: 0, maximum: 1 }))`,
    );
    expect(answer).toMatch(/it has no 'fc1\.weight' and 5 more of the kind; it has 'x'/);
    expect(grown).toBeLessThan(50 * MEGABYTE);
  });

  test('masks are looked for in their archive, of which nothing else is read', () => {
    const path = join(folder, 'masks.npz');
    writeFileSync(path, 'no archive');
    truncateSync(path, 2e9);
    const { answer, grown } = looked(
      { criteria: 'pruning/criteria/registry.ts' },
      `new Promise(() => criteria.open({ name: 'given-masks', file: ${JSON.stringify(path)} }).onlySparsity(
        [{ name: 'fc1', shape: [784, 300] }], null)).catch((error) => error.message)`,
    );
    expect(answer).toMatch(/no directory at its end/);
    expect(grown).toBeLessThan(50 * MEGABYTE);
  });

  test('of numbers of another type as many are unpacked as are looked at', () => {
    const path = join(folder, 'floats.npz');
    const floats = npyFile('<f8', [200, 250, 250], new Uint8Array(8 * 200 * 250 * 250));
    const few = npyFile('|u1', [2, 8, 8], new Uint8Array(128));
    const labels = npyFile('|u1', [2], Uint8Array.of(0, 1));
    writeFileSync(
      path,
      npzFile({ train_images: floats, train_labels: labels, test_images: few, test_labels: labels }),
    );
    const { answer, grown } = looked(
      { datasets: 'data/registry.ts' },
      `datasets.open({ name: 'npz', file: ${JSON.stringify(path)} }).outline().catch((error) => error.message)`,
    );
    expect(answer).toMatch(/holds numbers of type <f8/);
    expect(grown).toBeLessThan(50 * MEGABYTE);
  });
});
