import { go, shareableAddress } from '../stores/address.ts';
import { stillHere } from '../stores/history-entry.ts';
import { CONTROL_SHORT_NAMES } from '../../common/controls.ts';
import { actionsOf, controlOf, controlsOf, runTitle } from '../format/runs.ts';
import { addressOf, readView, SAVED_VIEWS } from '../stores/saved-views.ts';
import { VIEWS } from '../stores/views.ts';
import { copyText } from '../ui/clipboard.ts';
import { attempt, notify } from '../stores/notices.ts';
import { duplicateStudy } from '../stores/duplicate-study.ts';
import { exportRuns } from '../stores/export-runs.ts';
import { exportStudy, studiesOf } from '../stores/export-study.ts';
import { offeredActions, type Action } from '../stores/actions.ts';
import { useAddress } from '../stores/address.ts';
import { inspectorOpen, textSize, TEXT_SIZES, theme } from '../stores/preferences.ts';
import type { Workstation } from '../stores/workstation.ts';
import { matching } from './match.ts';

export { matching };

/** All that the palette offers at the moment. */
export function commandsOf(
  workstation: Workstation,
  studies: readonly { name: string; title: string; text: string }[],
  showKeys: () => void,
): Action[] {
  const views: Action[] = [
    ...VIEWS.flatMap((view) =>
      'label' in view ? [{ name: view.label, group: 'go to', run: () => go(view.name) }] : [],
    ),
    { name: 'Keys of this view', group: 'help', keys: '?', run: showKeys },
  ];
  const themes: Action[] = (['light', 'dark', 'system'] as const).map((name) => ({
    name: `Theme: ${name}`,
    group: 'view',
    run: () => (theme.value = name),
  }));
  const sizes: Action[] = TEXT_SIZES.map((name) => ({
    name: `Text size: ${name}`,
    group: 'view',
    run: () => (textSize.value = name),
  }));
  const inspector: Action = {
    name: inspectorOpen.value ? 'Hide inspector' : 'Show inspector',
    group: 'view',
    run: () => (inspectorOpen.value = !inspectorOpen.value),
  };
  const starts: Action[] = studies.map((study) => ({
    name: `Start study ${study.title || study.name}`,
    group: 'start',
    run: () => void start(workstation, study),
  }));
  const runs: Action[] = workstation.runs.value.flatMap((run) => [
    { name: runTitle(run), group: `run ${run.id}`, run: () => go('run', { run: run.id }) },
    { name: `Replay ${runTitle(run)}`, group: `run ${run.id}`, run: () => go('replay', { run: run.id }) },
  ]);
  return [
    ...offeredActions.value,
    ...selectedActions(workstation),
    ...views,
    ...savedViews(workstation),
    ...starts,
    ...themes,
    ...sizes,
    inspector,
    ...runs,
  ];
}

function savedViews(workstation: Workstation): Action[] {
  return Object.values(SAVED_VIEWS).flatMap((of) =>
    workstation.documents(of.kind).all.flatMap((document) => {
      const view = readView(of, document);
      if (view === null) return [];
      const { name } = document;
      return [{ name: `View: ${name}`, group: of.title, run: () => go(of.view, addressOf(name, view)) }];
    }),
  );
}

/** What can be done with the run that is opened, or selected in a list. */
function selectedActions(workstation: Workstation): Action[] {
  const { parameters } = useAddress().value;
  const run = workstation.run(parameters['run'] ?? parameters['selected'] ?? '');
  if (!run) return [];
  const { client } = workstation;
  const can = actionsOf(run.state);
  const group = runTitle(run);
  const { id } = run;
  const offered: [isThere: boolean, name: string, run: () => unknown][] = [
    [true, 'Open run', () => go('run', { run: id })],
    [true, 'Replay run', () => go('replay', { run: id })],
    [can.pause, 'Pause run', () => attempt(client.runs.pause({ id }))],
    [can.resume, 'Resume run', () => attempt(client.runs.resume({ id }))],
    [can.stop, 'Stop run', () => attempt(client.runs.stop({ id }))],
    [true, 'Duplicate run as a study', () => duplicateStudy(workstation, id)],
    [true, 'Export run as a file', () => exportRuns(workstation, [id])],
    [true, 'Export run as a file without checkpoints', () => exportRuns(workstation, [id], false)],
    ...studiesOf([run]).map((study): [boolean, string, () => unknown] => [
      true,
      `Export the result of the study ${study} as a page`,
      () => exportStudy(workstation, study),
    ]),
    ...controlsOf(run).map((kind): [boolean, string, () => unknown] => [
      true,
      `Open its ${CONTROL_SHORT_NAMES[kind]}`,
      () => go('run', { run: controlOf(run, kind)! }),
    ]),
    [true, 'Copy id of run', () => copyText(id, `the id ${id}`)],
    [true, 'Copy address of this view', () => copyText(shareableAddress(), 'the address')],
  ];
  return offered.flatMap(([isThere, name, act]) => (isThere ? [{ name, group, run: () => void act() }] : []));
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
