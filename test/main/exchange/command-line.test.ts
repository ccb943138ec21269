import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createLocalClient } from '../../../main/api/router.ts';
import { RunFiles } from '../../../main/exchange/exchange.ts';
import { fileNameOf } from '../../../main/exchange/file-name.ts';
import { layoutOf } from '../../../main/workspace/layout.ts';
import type { Workspace } from '../../../main/workspace/workspace.ts';
import { Shell } from '../cli/helpers.ts';
import { CONTROL, openTest, recordOf, newRun, RUN, temporaryFolder } from '../workspace/fixtures.ts';
import { aWorkspace, OTHER, TRUNK } from './helpers.ts';

/** A command line over a real workspace. */
function shellOver(workspace: Workspace): { shell: Shell; told: string[] } {
  const shell = new Shell();
  const told: string[] = [];
  Object.assign(shell.double, {
    runFiles: new RunFiles({
      workspace,
      application: 'cascade-lab test',
      summaries: (ids) => workspace.listRuns({ ids: [...ids] }),
      onTaken: async (ids) => void told.push(...ids),
    }),
    listRuns: workspace.listRuns.bind(workspace),
    runList: workspace.runList.bind(workspace),
    specifications: workspace.specificationFrame.bind(workspace),
  });
  return { shell, told };
}

it('a run goes through a file from one workspace to another, and is told', async () => {
  const there = await aWorkspace(3);
  const { shell: from } = shellOver(there);
  const file = join(temporaryFolder(), 'run.cascade');
  expect(await from.run('export', RUN.slice(0, 13), '--run', file)).toBe(0);
  expect(from.stdout).toBe(
    `Wrote ${file}: 1 run, with 2 that it needs, 6 checkpoints (${statSync(file).size} bytes).\n`,
  );
  expect(await from.run('export', RUN, '--run', file)).toBe(1);
  expect(from.stderr).toContain('exists already');
  const here = await openTest(temporaryFolder());
  const { shell: to, told } = shellOver(here);
  expect(await to.run('import', file, '--preview')).toBe(0);
  expect(to.stdout).toMatch(new RegExp(`${RUN} +study +arm +3  new\\n`));
  expect(to.stdout).toMatch(new RegExp(`${CONTROL} .* new \\(needed by another\\)`));
  expect(await here.listRuns()).toEqual([]);
  expect(await to.run('import', file, '--json')).toBe(0);
  expect(to.document).toMatchObject([{ source: file, added: [TRUNK, CONTROL, RUN], checkpoints: 6 }]);
  expect(told).toEqual([TRUNK, CONTROL, RUN]);
  expect(await to.run('import', file)).toBe(0);
  expect(to.stdout).toBe(`${file}: 3 here already.\n`);

  const many = join(temporaryFolder(), 'many.cascade');
  expect(
    await from.run('export', '--where', 'arm = other', '--run', many, '--without-checkpoints', '--json'),
  ).toBe(0);
  expect(from.document).toMatchObject({ runs: [OTHER], needed: [], checkpoints: 0 });
  expect(await from.run('export', '--where', 'arm = nobody', '--run', many, '--force')).toBe(1);
  expect(from.stderr).toContain("No run is meant by 'arm = nobody'");
  // Of the files on their way none is left.
  expect(
    existsSync(layoutOf(there.folder).exchange) && statSync(layoutOf(there.folder).exchange).size > 0,
  ).toBe(true);
});

it('runs that differ are named with the difference; all sources are looked at before any is taken', async () => {
  const there = await aWorkspace(3);
  const { shell: from } = shellOver(there);
  const [one, other] = ['one', 'other'].map((name) => join(temporaryFolder(), `${name}.cascade`)) as [
    string,
    string,
  ];
  await from.run('export', RUN, '--run', one, '--without-trunks');
  await from.run('export', OTHER, '--run', other);
  const here = await openTest(temporaryFolder());
  await here.addRun(newRun(OTHER));
  for (let epoch = 0; epoch < 3; epoch++) await here.recordEpoch(OTHER, recordOf(epoch, 9), null, []);
  const { shell: to } = shellOver(here);
  expect(await to.run('import', one, other)).toBe(1);
  expect(to.stderr).toMatch(
    new RegExp(`1 run with other records is here already:\\n  ${OTHER} of ${other}: after epoch 0, `),
  );
  expect(to.stderr).toContain('--keep leaves those here as they are');
  expect((await here.listRuns()).map(({ id }) => id)).toEqual([OTHER]);
  expect(await to.run('import', there.folder)).toBe(0);
  expect(to.stdout).toContain('3 new, 1 differ and stay as they are');
  expect(to.stderr).toContain(`${OTHER} stays as it is here: after epoch 0`);
  expect(await to.run('import', other, '--anew')).toBe(1);
  expect(to.stderr).toContain(`The run ${OTHER} is queued or training here: stop it first.`);
  await here.setState(OTHER, 'stopped', null);
  expect(await to.run('import', other, '--anew')).toBe(0);
  expect(to.stdout).toContain('1 taken anew');
  expect(await to.run('import', other)).toBe(0);
  expect(await to.run('import', other, '--anew', '--keep')).toBe(2);
  expect(await to.run('import', one, '--where', 'colour = red')).toBe(1);
  expect(to.stderr).toContain("The query 'colour = red' cannot be read");
});

it('a page sends a file in parts, in order', async () => {
  const there = await aWorkspace(3);
  const { shell: from } = shellOver(there);
  const file = join(temporaryFolder(), 'run.cascade');
  await from.run('export', RUN, '--run', file, '--without-trunks');
  const here = await openTest(temporaryFolder());
  const { shell } = shellOver(here);
  const { exchange } = createLocalClient(shell.double);
  const bytes = readFileSync(file);
  const { token } = await exchange.receive({ name: 'dropped.cascade', bytes: bytes.length });
  const half = Math.floor(bytes.length / 2);
  await exchange.append({ token, from: 0, base64: bytes.subarray(0, half).toString('base64') });
  await expect(exchange.append({ token, from: 5, base64: 'AAAA' })).rejects.toMatchObject({
    code: 'INVALID',
  });
  const opened = async () => {
    const steps = [];
    for await (const step of await exchange.open({ source: { token } })) steps.push(step);
    return steps.at(-1)!;
  };
  await expect(opened()).rejects.toMatchObject({ message: expect.stringContaining('did not come whole') });
  await exchange.append({ token, from: half, base64: bytes.subarray(half).toString('base64') });
  const last = await opened();
  expect(last).toMatchObject({ type: 'opened', name: 'dropped.cascade', kind: 'file' });
  const steps = [];
  for await (const step of await exchange.take({ token: (last as { token: string }).token }))
    steps.push(step);
  expect(steps.at(-1)).toMatchObject({ type: 'taken', added: [CONTROL, RUN] });
  await exchange.drop({ token });
  await expect(opened()).rejects.toMatchObject({ code: 'NOT_FOUND' });

  const bad = join(temporaryFolder(), 'bad.cascade');
  writeFileSync(bad, bytes.subarray(0, half));
  expect(await shell.run('import', bad)).toBe(1);
  expect(shell.stderr).toContain('is cut short');
});

it('a file is called by its run or its study, in plain letters', async () => {
  const there = await aWorkspace(3);
  const [other] = await there.listRuns({ ids: [OTHER] });
  const named = (study: string) => ({ ...other!, memberships: [{ study, arm: 'a', place: 0 }] });
  expect(fileNameOf([other!])).toBe(`study-${OTHER}.cascade`);
  expect(fileNameOf([named('../../a b'), named('../../a b')])).toBe('a-b-2-runs.cascade');
  expect(fileNameOf([named('one'), named('two')])).toBe('runs-2-runs.cascade');
});
