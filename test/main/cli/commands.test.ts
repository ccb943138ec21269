import { mkdirSync, statSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../doubles/temporary-folder.ts';
import { Shell, WELL } from './helpers.ts';

let shell: Shell;
beforeEach(() => {
  shell = new Shell();
});

async function trained(): Promise<{ control: string; pruned: string }> {
  expect(await shell.run('run', 'starter', '--json')).toBe(0);
  const [control, pruned] = [...shell.double.runs.keys()];
  return { control: control!, pruned: pruned! };
}

test('run: what a study may well mean otherwise is told on standard error', async () => {
  expect(await shell.run('run', 'other')).toBe(0);
  expect(shell.stderr).toBe('Warning: Random pruning is warned of here.\n');
});

test('run: a bundled study to its end, exit code 0, the table last', async () => {
  expect(await shell.run('run', 'starter')).toBe(0);
  expect(shell.stdout).toContain('starter / magnitude');
  expect(shell.stdout).toContain('epoch 3/3');
  expect(shell.stdout).toContain('finished');
  expect(shell.stderr).toBe('');
  expect(shell.double.closed).toBe(1);
});

test('run --json: a line for each event, and how it ended in the last', async () => {
  expect(await shell.run('run', 'starter', '--json', '--concurrency', '2', '--threads', '3')).toBe(0);
  expect(shell.opened[0]).toMatchObject({ concurrency: 2, threads: 3, way: 'command line' });
  const kinds = new Set(shell.records.map((record) => record['type']));
  expect(kinds).toEqual(new Set(['run', 'progress', 'epoch', 'done']));
  const done = shell.records.at(-1)!;
  expect(done).toMatchObject({ type: 'done', ok: true });
  expect(done['runs']).toHaveLength(2);
});

test('run: a study file by path', async () => {
  const file = join(temporaryFolder(), 'mine.yaml');
  writeFileSync(file, 'random 7');
  expect(await shell.run('run', file)).toBe(0);
  expect([...shell.double.runs.values()][0]).toMatchObject({ seed: 7, memberships: [{ study: 'mine' }] });
});

test('run: a bad study file is refused with its problems, on both streams', async () => {
  const file = join(temporaryFolder(), 'bad.yaml');
  writeFileSync(file, 'broken');
  expect(await shell.run('run', file, '--json')).toBe(1);
  expect(shell.records.at(-1)).toMatchObject({
    error: { code: 'INVALID', problems: [{ line: 1, key: 'arms' }] },
  });
  expect(shell.stderr).toContain("line 1:1, arms: bad.yaml: 'broken' is no arm");
  expect(shell.double.closed).toBe(1);
});

test('run: neither a file nor a bundled study', async () => {
  expect(await shell.run('run', 'nowhere.yaml')).toBe(1);
  expect(shell.stderr).toBe('nowhere.yaml is neither a file nor a bundled study (starter, other).\n');
});

test('run: not 0 where a run fails, and the reason is told', async () => {
  shell.double.automatic = false;
  const ended = shell.run('run', 'starter', '--json');
  await expect
    .poll(() => [...shell.double.runs.values()].map((run) => run.state))
    .toEqual(['running', 'running']);
  const [control, pruned] = [...shell.double.runs.keys()];
  shell.double.finish(control!);
  shell.double.fail(pruned!, 'the loss is not a number');
  expect(await ended).toBe(1);
  expect(shell.records.at(-2)).toMatchObject({ type: 'done', ok: false });
  expect(shell.records.at(-1)).toMatchObject({ error: { code: 'RUNS_NOT_FINISHED' } });
  expect(shell.stderr).toContain('the loss is not a number');
});

test('Ctrl+C stops what the command began, so that it can be resumed, and leaves what others began', async () => {
  shell.double.automatic = false;
  await shell.double.startStudy('control 0', 'theirs.yaml');
  const [theirs] = [...shell.double.runs.keys()];
  const ended = shell.run('run', 'starter');
  await expect.poll(() => shell.double.runs.size).toBe(2);
  await expect
    .poll(() => [...shell.double.runs.values()].map((run) => run.state))
    .toEqual(['running', 'running']);
  shell.controller.abort();
  await expect
    .poll(() => [...shell.double.runs.values()].map((run) => run.state))
    .toEqual(['running', 'stopped']);
  shell.double.finish(theirs!);
  expect(await ended).toBe(130);
  expect(shell.stderr).toContain('cascade resume RUN');

  shell.double.automatic = true;
  shell.controller = new AbortController();
  const [, ours] = [...shell.double.runs.keys()];
  expect(await shell.run('resume', ours!)).toBe(0);
  expect(shell.double.runs.get(ours!)?.state).toBe('finished');
});

test('resume: a finished run cannot be resumed', async () => {
  const { pruned } = await trained();
  expect(await shell.run('resume', pruned, '--json')).toBe(1);
  expect(shell.records.at(-1)).toMatchObject({ error: { code: 'CONFLICT' } });
});

test('resume --all: every interrupted run, and none of those that were stopped', async () => {
  const { control, pruned } = await trained();
  const runs = shell.double.runs;
  runs.set(control, { ...runs.get(control)!, state: 'stopped' });
  expect(await shell.run('resume', '--all')).toBe(0);
  expect(shell.stdout).toContain('nothing to resume. 1 was stopped by hand');
  expect(await shell.run('resume', '--all', '--json')).toBe(0);
  expect(shell.records).toEqual([{ type: 'done', ok: true, runs: [] }]);

  runs.set(control, { ...runs.get(control)!, state: 'failed', reason: 'the training diverged' });
  expect(await shell.run('resume', '--all')).toBe(0);
  expect(shell.stderr).toContain(`Left out: ${control} failed (the training diverged)`);
  expect(shell.stdout).toContain('1 run that failed was left out');
  expect(await shell.run('resume', '--all', '--json')).toBe(0);
  expect(shell.records.at(-1)).toMatchObject({ type: 'done', ok: true, runs: [] });
  runs.set(control, { ...runs.get(control)!, state: 'stopped', reason: null });

  runs.set(pruned, { ...runs.get(pruned)!, state: 'interrupted' });
  expect(await shell.run('resume', '--all', '--json', '--concurrency', '2')).toBe(0);
  expect(shell.opened.at(-1)).toMatchObject({ concurrency: 2 });
  expect(shell.records.at(-1)).toMatchObject({ type: 'done', ok: true, runs: [{ id: pruned }] });
  expect(runs.get(pruned)?.state).toBe('finished');
  expect(runs.get(control)?.state).toBe('stopped');
});

test('priority: set from the command line, below zero too, and listed only where it is not 0', async () => {
  const { control, pruned } = await trained();
  await shell.run('list');
  expect(shell.stdout).not.toContain('priority');
  expect(await shell.run('priority', pruned, '3')).toBe(0);
  expect(shell.stdout).toBe(`${pruned} has priority 3.\n`);
  expect(await shell.run('priority', control, '-2', '--json')).toBe(0);
  expect(shell.document).toEqual({ id: control, priority: -2, raised: [] });
  expect([control, pruned].map((id) => shell.double.runs.get(id)?.priority)).toEqual([-2, 3]);
  await shell.run('list');
  expect(shell.stdout).toMatch(/state\s+priority/);
  expect(shell.stdout).toMatch(/magnitude .* finished\s+3\s+3\/3/);
  await shell.run('priority', control, '0');
  await shell.run('list');
  expect(shell.stdout).toMatch(/control .* finished\s+3\/3/);
});

test('check: what a study would run, or what is wrong with it', async () => {
  expect(await shell.run('check', 'starter')).toBe(0);
  expect(shell.stdout).toContain('starter.yaml');
  expect(await shell.run('check', 'starter', '--json')).toBe(0);
  expect(shell.document).toMatchObject({ name: 'starter.yaml', runs: [], estimate: { runs: 0 } });
  expect(shell.double.runs.size).toBe(0);

  const file = join(temporaryFolder(), 'bad.yaml');
  writeFileSync(file, 'broken');
  expect(await shell.run('check', file)).toBe(1);
  expect(shell.stderr).toContain("line 1:1, arms: bad.yaml: 'broken' is no arm");
  expect(await shell.run('check', file, '--json')).toBe(1);
  expect(shell.records.at(-1)).toMatchObject({ error: { code: 'INVALID_STUDY', problems: [{ line: 1 }] } });
});

test('on a terminal each run has one line that is written over', async () => {
  Object.assign(shell.around.stdout, { isTTY: true, columns: 60 });
  expect(await shell.run('run', 'starter')).toBe(0);
  expect(shell.stdout).toContain('\u001b[2A');
  for (const line of shell.stdout.split('\n').filter((line) => line.startsWith('\u001b[2K')))
    expect(line.length).toBeLessThan(64);
});

test('list: a table, or the summaries', async () => {
  expect(await shell.run('list')).toBe(0);
  expect(shell.stdout).toContain('no runs in this workspace yet');
  await trained();
  expect(await shell.run('list')).toBe(0);
  expect(shell.stdout.trim().split('\n')).toHaveLength(3);
  expect(shell.stdout).toMatch(/finished\s+3\/3\s+–\s+75\.00%\s+25\.0%\s+50\.0%\s+\+25\.0 pp at epoch 1/);
  expect(await shell.run('list', '--json')).toBe(0);
  expect(shell.document).toMatchObject([{ state: 'finished' }, { state: 'finished' }]);
});

test('list: filters, fields and a limit', async () => {
  await shell.run('run', 'starter');
  expect(await shell.run('list', '--json')).toBe(0);
  const all = shell.document as {
    id: string;
    state: string;
    memberships: { study: string; arm: string }[];
  }[];
  expect(all.length).toBeGreaterThan(1);
  const { study, arm } = all.at(-1)!.memberships[0]!;
  const ids = async (...options: string[]): Promise<string[]> => {
    expect(await shell.run('list', '--json', ...options), shell.stderr).toBe(0);
    return (shell.document as { id: string }[]).map(({ id }) => id);
  };
  expect(await ids('--limit', '1')).toEqual([all[0]!.id]);
  expect(await ids('--name', all.at(-1)!.id.slice(0, 8))).toEqual([all.at(-1)!.id]);
  expect(await ids('--name', arm.toUpperCase())).toEqual(
    all.filter((run) => run.memberships.some((each) => each.arm.includes(arm))).map(({ id }) => id),
  );
  expect(await ids('--study', study)).toEqual(all.map(({ id }) => id));
  expect(await ids('--study', `${study} and more`)).toEqual([]);
  expect(await ids('--state', 'failed', 'stopped')).toEqual([]);
  expect(await ids('--state', 'finished')).toHaveLength(all.length);

  await shell.run('list', '--json', '--fields', 'state,id', '--limit', '1');
  expect(shell.document).toEqual([{ state: 'finished', id: all[0]!.id }]);
  await shell.run('list', '--fields', 'id,priority', '--limit', '1');
  expect(shell.stdout).toBe(`id               priority\n${all[0]!.id}  0\n`);
  expect(await shell.run('list', '--fields', 'names')).toBe(1);
  expect(shell.stderr).toContain("There is no field 'names'; there are ");
  expect(await shell.run('list', '--state', 'done')).toBe(2);
});

test('show: the last epochs, and fields alone', async () => {
  await shell.run('run', 'starter');
  const [id] = [...shell.double.runs.keys()].slice(-1) as [string];
  await shell.run('show', id, '--json');
  const whole = shell.document as { epochs: { epoch: number }[]; excess: { epoch: number }[]; state: string };
  expect(whole.epochs.length).toBeGreaterThan(1);
  await shell.run('show', id, '--json', '--limit', '1');
  const { epochs, excess } = shell.document as typeof whole;
  expect(epochs).toEqual(whole.epochs.slice(-1));
  expect(excess).toEqual(whole.excess.filter(({ epoch }) => epoch >= epochs[0]!.epoch));
  await shell.run('show', id, '--json', '--fields', 'state,seed');
  expect(Object.keys(shell.document as object)).toEqual(['state', 'seed']);
});

test('show --json holds what scripts rely on', async () => {
  const { control, pruned } = await trained();
  expect(await shell.run('show', pruned, '--json')).toBe(0);
  expect(shell.document).toMatchObject({
    id: pruned,
    state: 'finished',
    control,
    specification: { batchSize: 64 },
    environment: { engine: 'double' },
    events: [{ kind: 'queued' }],
    excess: [{ epoch: 1, '1e-4': 0.25 }],
    denominators: { shed: expect.stringContaining('kept'), weights: 8 },
    definitions: { compression: expect.any(String), speedUp: expect.any(String) },
    classes: { names: ['cat', 'dog, or wolf'], examples: [2, 2], correct: [1, 0] },
    predictions: [{ epoch: 1 }, { epoch: 1 }, { epoch: 3, moment: 'epoch' }],
  });
  const { epochs } = shell.document as { epochs: Record<string, unknown>[] };
  expect(epochs).toHaveLength(4);
  expect(epochs[3]).toMatchObject({
    epoch: 3,
    phase: 'training',
    learningRate: 0.1,
    trainLoss: 1 / 3,
    validationAccuracy: 0.875,
    testAccuracy: 0.75,
    pruned: 0.25,
    shed: { '1e-4': 0.3 },
    inertAtLeast: 0.125,
    testTopFive: 0.9375,
    gradientNorm: 0.5,
    meanMagnitude: 0.375,
    costs: { dense: { macs: 80 }, masked: { macs: 60, compression: 8 / 6, speedUp: 8 / 6 } },
    layers: [
      {
        name: 'dense1',
        weights: 8,
        pruned: 0.25,
        shed: { '1e-4': 0.3 },
        inertAtLeast: 0.125,
        meanMagnitude: 0.375,
        costs: { masked: { weights: 6, macs: 60 }, compacted: { weights: 4, macs: 40 } },
      },
    ],
  });
});

test('show: the control itself has no control and no excess', async () => {
  const { control } = await trained();
  expect(await shell.run('show', control, '--json')).toBe(0);
  expect(shell.document).toMatchObject({ control: null, excess: [] });
});

test('show: a table for people', async () => {
  const { pruned } = await trained();
  expect(await shell.run('show', pruned)).toBe(0);
  expect(shell.stdout).toContain('dense1');
  expect(shell.stdout).toMatch(/inert, at least, of kept {2}dead on data, of kept/);
  // What was not counted is not called none.
  expect(shell.stdout).toMatch(/ 0\s+initial .*12\.5%\s+–/);
  expect(shell.stdout).toMatch(
    / 3\s+training\s+0\.1\s+0\.3333\s+87\.50%\s+75\.00%\s+25\.0%\s+30\.0%\s+12\.5%\s+25\.0%/,
  );
});

test('show and list: both excesses, each with the control that it is over', async () => {
  const { control, pruned } = await trained();
  await shell.run('show', pruned);
  expect(shell.stdout).not.toContain('previous');
  const shares = Object.fromEntries(['1e-4', '1e-3'].map((label) => [label, 0.125]));
  shell.double.runs.get(pruned)!.previousMask = { control, excess: shares, excessEpoch: 3 };
  expect(await shell.run('show', pruned)).toBe(0);
  expect(shell.stdout).toContain(`previous-mask control ${control}`);
  expect(shell.stdout).toMatch(
    /dense control, same weights {2}excess, dense {2}previous mask, same weights {2}excess, previous mask\n/,
  );
  expect(shell.stdout).toMatch(/ 1 {2}training .* 25\.0%\s+\+25\.0 pp\s+37\.5%\s+\+12\.5 pp\n/);
  expect(shell.stdout).toContain(
    "'dense control, same weights' is what the dense control has shed of the very weights kept here; 'excess, dense' is",
  );
  expect(await shell.run('show', pruned, '--json')).toBe(0);
  expect(shell.document).toMatchObject({
    excess: [{ epoch: 1, '1e-4': 0.25 }],
    controlShed: [{ epoch: 1, '1e-4': 0.25 }],
    previousMask: { control },
    previousMaskExcess: [{ epoch: 1, '1e-4': 0.125 }],
    previousMaskShed: [{ epoch: 1, '1e-4': 0.375 }],
    denominators: { previousMaskExcess: expect.stringContaining('kept the previous mask') },
  });
  expect(await shell.run('list')).toBe(0);
  expect(shell.stdout).toMatch(/excess {2}excess over previous mask\n/);
  // The run has three epochs, its dense control one: that excess is marked as what it is.
  expect(shell.stdout).toMatch(/ \+25\.0 pp at epoch 1\s+\+12\.5 pp\n/);
});

test('show: what the network costs, and what the ratios are', async () => {
  const { pruned } = await trained();
  expect(await shell.run('show', pruned)).toBe(0);
  expect(shell.stdout).toMatch(/without pruned\s+6\s+8\s+60\s+1\.33×\s+1\.33×/);
  expect(shell.stdout).toMatch(/compacted\s+4\s+6\s+40\s+2\.00×\s+2\.00×/);
  expect(shell.stdout).toContain('Test top-5 93.75%.');
  expect(shell.stdout).toContain('Theoretical speed-up: multiply-accumulates of the dense network ÷');
});

test('a run may be named by a beginning that only it has', async () => {
  const { control, pruned } = await trained();
  expect(await shell.run('show', pruned.slice(0, 6), '--json')).toBe(0);
  expect(shell.document).toMatchObject({ id: pruned });
  await shell.double.startStudy(`control 1`, 'more.yaml');
  expect(await shell.run('show', control.slice(0, 6))).toBe(1);
  expect(shell.stderr).toMatch(/^2 runs begin with/);
  expect(await shell.run('show', 'zzz')).toBe(1);
  expect(shell.stderr).toMatch(/^There is no run zzz/);
});

test('stop and delete', async () => {
  shell.double.automatic = false;
  const { runs } = await shell.double.startStudy('random 1', 'a.yaml');
  await new Promise(setImmediate);
  expect(await shell.run('delete', runs[0]!, '--json')).toBe(1);
  expect(shell.document).toMatchObject({ error: { code: 'CONFLICT' } });
});

test('delete: asks on a terminal, and not elsewhere or with --yes', async () => {
  const { control, pruned } = await trained();
  shell.around.isInteractive = true;
  shell.answer = false;
  expect(await shell.run('delete', pruned)).toBe(1);
  expect(shell.double.runs.has(pruned)).toBe(true);
  expect(shell.questions).toHaveLength(1);
  expect(await shell.run('delete', pruned, '--yes')).toBe(0);
  shell.around.isInteractive = false;
  expect(await shell.run('delete', control)).toBe(0);
  expect(shell.questions).toHaveLength(1);
  expect(shell.double.runs.size).toBe(0);
});

test.runIf(process.platform !== 'win32')(
  'what is written within the workspace is for its owner alone',
  async () => {
    const { pruned } = await trained();
    const folder = temporaryFolder();
    const within = join(folder, 'workspace');
    mkdirSync(within);
    const before = process.umask(0o022);
    try {
      for (const file of [join(folder, 'a.npz'), join(within, 'a.npz')])
        await shell.run('masks', pruned, '--epoch', '2', '--out', file, '--workspace', within);
    } finally {
      process.umask(before);
    }
    const modeOf = (file: string): number => statSync(file).mode & 0o777;
    expect([modeOf(join(folder, 'a.npz')), modeOf(join(within, 'a.npz'))]).toEqual([0o644, 0o600]);
  },
);

test('masks and export write the whole file, and never over another without --force', async () => {
  const { pruned } = await trained();
  const folder = temporaryFolder();
  const [npz, tensors] = [join(folder, 'a.npz'), join(folder, 'a.safetensors')];
  expect(
    await shell.run('masks', pruned, '--epoch', '2', '--out', npz, '--threshold', '1e-3', '--json'),
  ).toBe(0);
  expect(shell.document).toMatchObject({ id: pruned, epoch: 2, file: npz });
  expect(readFileSync(npz, 'utf8')).toBe(`npz ${pruned} 2 1e-3`);
  expect(await shell.run('export', pruned, '--epoch', '3', '--out', tensors)).toBe(0);
  expect(readFileSync(tensors, 'utf8')).toBe(`safetensors ${pruned} 3`);

  expect(await shell.run('masks', pruned, '--epoch', '1', '--out', npz, '--json')).toBe(1);
  expect(shell.document).toMatchObject({ error: { code: 'EXISTS' } });
  expect(readFileSync(npz, 'utf8')).toBe(`npz ${pruned} 2 1e-3`);
  expect(await shell.run('masks', pruned, '--epoch', '1', '--out', npz, '--force')).toBe(0);
  expect(readFileSync(npz, 'utf8')).toBe(`npz ${pruned} 1 1e-4`);
  expect(readdirSync(folder).sort()).toEqual(['a.npz', 'a.safetensors']);
});

/** A CSV file of cells without quotes, as one object a row. */
function rowsOf(file: string): Record<string, string>[] {
  const [header = '', ...rows] = readFileSync(file, 'utf8').trimEnd().split('\n');
  const columns = header.split(',');
  return rows.map((row) => {
    const cells = row.split(',');
    expect(cells).toHaveLength(columns.length);
    return Object.fromEntries(cells.map((cell, index) => [columns[index]!, cell]));
  });
}

describe('export --csv', () => {
  async function exported(what: string, ...more: string[]): Promise<string> {
    const { pruned } = await trained();
    const file = join(temporaryFolder(), `${what}.csv`);
    expect(await shell.run('export', pruned, '--what', what, '--csv', file, '--json', ...more)).toBe(0);
    expect(shell.document).toMatchObject({ id: pruned, what, file });
    return file;
  }

  test('epochs: a row for each, with costs and excess', async () => {
    const rows = rowsOf(await exported('epochs'));
    expect(rows.map(({ epoch }) => epoch)).toEqual(['0', '1', '2', '3']);
    expect(rows[0]).toMatchObject({
      phase: 'initial',
      train_loss: '',
      'excess_1e-4': '',
      dead_on_data_of_kept: '',
    });
    expect(rows.map((row) => row['previous_mask_excess_1e-4'])).toEqual(['', '', '', '']);
    expect(rows[1]).toMatchObject({
      phase: 'training',
      learning_rate_first: '0.1',
      learning_rate_mean: '0.08',
      learning_rate_last: '0.05',
      freed_channels: '1',
      freed_of_kept: '0.25',
      freed_median: '0.25',
      held_median: '0.5',
      train_loss: '1',
      test_accuracy: '0.75',
      test_top5: '0.9375',
      validation_top5: '',
      mask_sparsity: '0.25',
      true_sparsity: '0.25',
      'shed_of_kept_1e-4': '0.1',
      'shed_of_kept_1e-3sigma': '0.1',
      'control_shed_of_kept_1e-4': '0.25',
      'excess_1e-4': '0.25',
      inert_at_least_of_kept: '0.125',
      dead_on_data_of_kept: '0.25',
      norm: '1',
      gradient_norm: '0.5',
      mean_magnitude: '0.375',
      macs_dense: '80',
      macs_masked: '60',
      parameters_masked: '8',
      compression_masked: String(8 / 6),
      'speedup_without_shed_1e-3sigma': '1.6',
      weights_without_inert: '5',
      speedup_compacted: '2',
    });
  });

  test('epochs: the excess over the control that kept the previous mask, where the run has one', async () => {
    const { pruned } = await trained();
    shell.double.runs.get(pruned)!.previousMask = { control: pruned, excess: null, excessEpoch: null };
    const file = join(temporaryFolder(), 'epochs.csv');
    expect(await shell.run('export', pruned, '--what', 'epochs', '--csv', file)).toBe(0);
    const rows = rowsOf(file);
    expect(rows[1]).toMatchObject({ 'excess_1e-4': '0.25', 'previous_mask_excess_1e-3sigma': '0.125' });
  });

  test('layers: a row for each layer and epoch', async () => {
    const rows = rowsOf(await exported('layers', '--epoch', '2'));
    expect(rows).toMatchObject([
      {
        epoch: '2',
        layer: 'dense1',
        mask_sparsity: '0.25',
        weights_dense: '8',
        weights_masked: '6',
        macs_masked: '60',
        macs_compacted: '40',
        'weights_without_shed_1e-4': '5',
        weights_without_inert: '5',
        inert_at_least_of_kept: '0.125',
        dead_on_data_of_kept: '0.25',
        gradient_norm: '0.5',
        mean_magnitude: '0.375',
        // Its control has not got so far.
        'control_shed_of_kept_1e-4': '',
        'excess_1e-4': '',
      },
    ]);
    expect(rowsOf(await exported('layers', '--epoch', '1'))).toMatchObject([
      {
        layer: 'dense1',
        'shed_of_kept_1e-4': '0.1',
        'control_shed_of_kept_1e-4': '0.25',
        'excess_1e-4': '0.25',
        'previous_mask_excess_1e-4': '',
      },
    ]);
  });

  test('channels: what is inert is named as the lower bound that it is', async () => {
    const [row] = rowsOf(await exported('channels', '--epoch', '1'));
    expect(row).toHaveProperty('inert_at_least');
    expect(row).not.toHaveProperty('inert');
  });

  test('classes: a row for each class and epoch', async () => {
    const file = await exported('classes', '--epoch', '2');
    expect(readFileSync(file, 'utf8')).toBe(
      'epoch,class,name,examples,correct,accuracy,data\n2,0,cat,2,1,0.5,\n2,1,"dog, or wolf",2,2,1,\n',
    );
  });

  test('predictions: a row for each image and marked moment', async () => {
    const file = await exported('predictions', '--epoch', '1');
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines[0]).toBe('epoch,moment,image,label,label_name,predicted,predicted_name,correct,margin,data');
    expect(lines).toHaveLength(1 + 2 * 4);
    expect(lines[2]).toBe('1,before-pruning,1,1,"dog, or wolf",1,"dog, or wolf",1,0.5,');
    expect(lines[6]).toBe('1,epoch,1,1,"dog, or wolf",0,cat,0,-0.25,');
  });

  test('writes over nothing without --force, and nothing where there is nothing', async () => {
    const file = await exported('classes');
    const id = [...shell.double.runs.keys()].at(-1)!;
    expect(await shell.run('export', id, '--what', 'epochs', '--csv', file)).toBe(1);
    expect(shell.stderr).toContain('exists already');
    expect(await shell.run('export', id, '--what', 'epochs', '--csv', file, '--force')).toBe(0);
    expect(shell.stdout).toBe(`Wrote ${file} (4 rows).\n`);
    const other = `${file}.2`;
    expect(await shell.run('export', id, '--what', 'predictions', '--epoch', '2', '--csv', other)).toBe(1);
    expect(shell.stderr).toContain('has no predictions of epoch 2');
    expect(existsSync(other)).toBe(false);
  });
});

test('masks: an unknown threshold or epoch, and a folder that is not there', async () => {
  const { pruned } = await trained();
  const out = join(temporaryFolder(), 'absent', 'a.npz');
  expect(await shell.run('masks', pruned, '--epoch', '1', '--out', out, '--threshold', '7')).toBe(1);
  expect(shell.stderr).toContain('no threshold 7');
  expect(await shell.run('masks', pruned, '--epoch', '99', '--out', out)).toBe(1);
  expect(await shell.run('masks', pruned, '--epoch', '1', '--out', out)).toBe(1);
  expect(shell.stderr).toContain('could not be written');
  expect(existsSync(out)).toBe(false);
});

test('schema prints the JSON Schema and opens no workspace', async () => {
  expect(await shell.run('schema')).toBe(0);
  expect(shell.document).toMatchObject({ title: 'Study' });
  expect(shell.opened).toEqual([]);
});

test('doctor: 0 only where all is well, and the document is the report either way', async () => {
  expect(await shell.run('doctor')).toBe(0);
  expect(shell.stdout).toContain('All is well.');
  expect(shell.opened).toEqual([]);
  const ill = { ...WELL, ok: false, problems: ['TensorFlow is missing: run `npm run setup`.'] };
  shell.around.examine = async () => ill;
  expect(await shell.run('doctor', '--json')).toBe(1);
  expect(shell.document).toEqual(ill);
  expect(shell.stderr).toContain('npm run setup');
});

test.each([
  [['frobnicate']],
  [['show']],
  [['masks', 'x', '--out', 'y']],
  [['export', 'x']],
  [['export', 'x', '--out', 'y']],
  [['export', 'x', '--epoch', '1', '--out', 'y', '--what', 'epochs', '--csv', 'z']],
  [['export', 'x', '--what', 'epochs']],
  [['export', '--run', 'y']],
  [['export', 'x', '--run', 'y', '--where', 'seed = 1']],
  [['export', 'x', '--run', 'y', '--epoch', '1', '--out', 'z']],
  [['export', '--what', 'epochs', '--csv', 'z']],
  [['export', 'x', '--without-trunks', '--what', 'epochs', '--csv', 'z']],
  [['import']],
  [['export', 'x', '--csv', 'z']],
  [['export', 'x', '--what', 'everything', '--csv', 'z']],
  [['masks', 'x', '--epoch', '-1', '--out', 'y']],
  [['run', 'starter', '--threads', '1.5']],
  [['list', '--spread', 'range']],
  [['resume']],
  [['resume', 'x', '--all']],
  [['priority', 'x']],
  [['priority', 'x', '1.5']],
  [['priority', 'x', '1001']],
  [['check']],
])('misuse %j: exit code 2 and one JSON document', async (args) => {
  expect(await shell.run(...args, '--json')).toBe(2);
  expect(shell.document).toMatchObject({ error: { code: 'USAGE' } });
  expect(shell.stderr).not.toBe('');
  expect(shell.opened).toEqual([]);
});

test('--workspace is taken before and after the command', async () => {
  const folder = temporaryFolder();
  await shell.run('--workspace', folder, 'list');
  await shell.run('list', '--workspace', folder);
  expect(shell.opened.map((options) => options.folder)).toEqual([folder, folder]);
});
