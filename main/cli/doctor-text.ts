import type { DoctorReport } from './doctor.ts';

/** The report for a person. */
export function doctorText(report: DoctorReport): string {
  const { engine, shell, dataset, workspace } = report;
  const facts: [string, string][] = [
    ['Cascade Lab', `${report.version} on Node ${report.node}, ${report.platform}`],
    ['engine', [engine.name, engine.version, engine.device].filter((part) => part !== null).join(', ')],
    ['library', engine.library ?? 'not found'],
    ...libdeviceFact(engine),
    ['shell', shell.electron === null ? 'no Electron: opens in the browser' : `Electron ${shell.electron}`],
    ['SQLite', report.sqlite.version ?? 'not found'],
    ['Chromium', report.chromium.path ?? 'not found (only the browser tests need it)'],
    ['MNIST', dataset.mnist.complete ? (dataset.mnist.folder ?? '') : 'missing or damaged'],
    [
      'workspace',
      workspace.folder + (workspace.heldBy === null ? '' : `, held by process ${workspace.heldBy}`),
    ],
  ];
  const lines = facts.map(([name, value]) => `${name.padEnd(12)} ${value}`);
  return [
    ...lines,
    report.ok ? 'All is well.' : report.problems.map((problem) => `! ${problem}`).join('\n'),
  ].join('\n');
}

/** Only where a GPU is in use. Nothing is wrong without it: training has XLA compile for CPUs alone. */
function libdeviceFact({ libdevice }: DoctorReport['engine']): [string, string][] {
  if (libdevice === undefined) return [];
  return [
    ['libdevice', libdevice ?? 'not found: XLA cannot compile for the GPU; training does not need it to'],
  ];
}
