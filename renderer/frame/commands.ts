import { go } from '../stores/address.ts';
import { stillHere } from '../stores/history-entry.ts';
import { runTitle } from '../format/runs.ts';
import { attempt, notify } from '../stores/notices.ts';
import { inspectorOpen, theme } from '../stores/preferences.ts';
import type { Workstation } from '../stores/workstation.ts';
import { matching } from './match.ts';

export { matching };

export interface Command {
  name: string;
  group: string;
  run: () => void;
}

/** All that the palette offers at the moment. */
export function commandsOf(
  workstation: Workstation,
  studies: readonly { name: string; title: string; text: string }[],
): Command[] {
  const views: Command[] = [
    { name: 'Studies', group: 'go to', run: () => go('studies') },
    { name: 'Runs', group: 'go to', run: () => go('runs') },
    { name: 'Replay', group: 'go to', run: () => go('replay') },
    { name: 'Workspace', group: 'go to', run: () => go('workspace') },
  ];
  const themes: Command[] = (['light', 'dark', 'system'] as const).map((name) => ({
    name: `Theme: ${name}`,
    group: 'view',
    run: () => (theme.value = name),
  }));
  const inspector: Command = {
    name: inspectorOpen.value ? 'Hide inspector' : 'Show inspector',
    group: 'view',
    run: () => (inspectorOpen.value = !inspectorOpen.value),
  };
  const starts: Command[] = studies.map((study) => ({
    name: `Start study ${study.title || study.name}`,
    group: 'start',
    run: () => void start(workstation, study),
  }));
  const runs: Command[] = workstation.runs.value.flatMap((run) => [
    { name: runTitle(run), group: `run ${run.id}`, run: () => go('run', { run: run.id }) },
    { name: `Replay ${runTitle(run)}`, group: `run ${run.id}`, run: () => go('replay', { run: run.id }) },
  ]);
  return [...views, ...starts, ...themes, inspector, ...runs];
}

async function start(workstation: Workstation, study: { name: string; text: string }): Promise<void> {
  const isHere = stillHere();
  const started = await attempt(
    workstation.client.studies.start({ text: study.text, fileName: `${study.name}.yaml` }),
  );
  if (started === undefined) return;
  notify('done', `Started ${started.study}: ${started.runs.length} runs.`);
  if (isHere()) go('runs');
}
