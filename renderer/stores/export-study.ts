import type { RunSummary } from '../../common/contract/schemas.ts';
import { attempt, notify } from './notices.ts';
import { useAddress } from './address.ts';
import { threshold as preferred } from './preferences.ts';
import { saveBlob } from './save-blob.ts';
import { useSpread } from './spread.ts';
import type { Workstation } from './workstation.ts';

/** The studies that asked for the runs, by name. */
export function studiesOf(runs: readonly RunSummary[]): string[] {
  return [...new Set(runs.flatMap(({ memberships }) => memberships.map(({ study }) => study)))].sort();
}

/** Gives the result of a study to the browser, as one page that needs nothing else. */
export async function exportStudy({ client }: Pick<Workstation, 'client'>, study: string): Promise<void> {
  const threshold = useAddress().value.parameters['threshold'] ?? preferred.value;
  const page = await attempt(client.studies.page({ study, threshold, spread: useSpread().value }));
  if (page === undefined) return;
  const plain = study.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '') || 'study';
  saveBlob(`${plain}.html`, new Blob([page], { type: 'text/html' }));
  notify('done', `Exported the result of ${study}: ${plain}.html.`);
}
