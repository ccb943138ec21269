import type { Address } from '../stores/address-text.ts';
import type { RunSummary } from '../../common/contract/schemas.ts';
import { runTitle } from '../format/runs.ts';
import { VIEWS } from '../stores/views.ts';

const NAME = 'Cascade Lab';

/**
 * What the tab of the browser says: how far what is shown has come, then what it is, then the view. The narrowest tab shows the
 * progress.
 *
 * @param run that the address names, if it is known
 * @param epoch that the run under way is in, from 1; 0 for one that has not begun
 */
export function titleOf(
  { view, parameters }: Address,
  run: RunSummary | undefined,
  epoch: number | null,
  running: number,
): string {
  const label = VIEWS.map((each) => ('label' in each && each.name === view ? each.label : '')).join('');
  const ofRun = run && (view === 'run' || view === 'replay') ? run : undefined;
  if (ofRun) {
    const what = view === 'replay' ? `Replay of ${runTitle(ofRun)}` : runTitle(ofRun);
    return [...progressOf(ofRun, epoch), what, NAME].join(' · ');
  }
  const progress = running === 0 ? [] : [`${running} running`];
  if (view === 'studies') {
    const { study, file } = parameters;
    return [file ?? (study === undefined ? null : study), label, NAME]
      .filter((part) => part !== null)
      .join(' · ');
  }
  return [...progress, label, NAME].filter((part) => part !== '').join(' · ');
}

function progressOf(run: RunSummary, epoch: number | null): string[] {
  switch (run.state) {
    case 'finished':
      return [];
    case 'running':
      return [`${epoch ?? run.epochsDone}/${run.epochsTotal}`];
    default:
      return [run.state];
  }
}
