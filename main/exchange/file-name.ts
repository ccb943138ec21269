import type { RunSummary } from '../../common/contract/schemas.ts';
import { RUN_FILE_EXTENSION } from '../workspace/exchange/run-file.ts';

/** What a run file is called: by its one run, by its one study, or by how many runs it holds. Plain letters alone. */
export function fileNameOf(runs: readonly RunSummary[]): string {
  const studies = [...new Set(runs.flatMap(({ memberships }) => memberships[0]?.study ?? []))];
  const study = plain(studies[0] ?? '');
  if (runs.length === 1)
    return `${[study, runs[0]!.id].filter((part) => part !== '').join('-')}.${RUN_FILE_EXTENSION}`;
  const what = studies.length === 1 && study !== '' ? study : 'runs';
  return `${what}-${runs.length}-runs.${RUN_FILE_EXTENSION}`;
}

function plain(text: string): string {
  return text
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 60);
}
