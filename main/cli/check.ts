import type { StudyCheck } from '../../common/contract/schemas.ts';
import { StudyError } from '../studies/problems.ts';
import { bytes, seconds, table } from './table.ts';

type Preview = NonNullable<StudyCheck['preview']>;

/** What a study would run. @throws StudyError with every problem of one that cannot be run. */
export function previewOf({ problems, preview }: StudyCheck, fileName: string): Preview {
  if (preview === null) throw new StudyError(fileName, problems);
  return preview;
}

/** The preview for people: how many runs, for how long, on how much disk, and which. */
export function previewText(preview: Preview): string {
  const { runs, estimate } = preview;
  const names = new Map(runs.map((run) => [run.id, run.arms.join(', ')]));
  const takesMasks = runs.some(({ masks }) => masks !== null);
  const named = (id: string | null): string => (id === null ? '–' : (names.get(id) ?? id));
  const stepwise = runs.some((run) => run.previousMask !== null);
  const rows = runs.map((run) => [
    run.id,
    run.arms.join(', '),
    String(run.seed),
    String(run.epochs),
    named(run.control),
    ...(stepwise ? [named(run.previousMask)] : []),
    run.trunk === null ? '–' : sharedText(run.trunk.epoch, named(run.trunk.id)),
    ...(takesMasks ? [masksText(run.masks, names)] : []),
    `${run.state ?? 'new'}${run.otherData ? ', other data' : ''}`,
  ]);
  const columns = [
    { title: 'run' },
    { title: 'arm' },
    { title: 'seed', number: true },
    { title: 'epochs', number: true },
    { title: stepwise ? 'dense control' : 'control' },
    ...(stepwise ? [{ title: 'previous-mask control' }] : []),
    { title: 'shares epochs' },
    ...(takesMasks ? [{ title: 'masks of' }] : []),
    { title: 'state' },
  ];
  const title = preview.title === preview.name ? preview.name : `${preview.name}: ${preview.title}`;
  return [title, table(columns, rows), ...warningLines(preview), estimateText(runs, estimate)].join('\n\n');
}

/** What may well be meant otherwise, a line each. */
export function warningLines({ warnings }: Pick<Preview, 'warnings'>): string[] {
  return warnings.map((warning) => `Warning: ${warning}`);
}

function sharedText(epochs: number, trunk: string): string {
  return `${epochs === 1 ? '1' : `1–${epochs}`} of ${trunk}`;
}

function masksText(masks: Preview['runs'][number]['masks'], names: ReadonlyMap<string, string>): string {
  return masks === null ? '–' : `${names.get(masks.id) ?? masks.id}, epoch ${masks.epoch}`;
}

function estimateText(planned: Preview['runs'], estimate: Preview['estimate']): string {
  const all = planned.length;
  const others = planned.filter(({ otherData }) => otherData).length;
  const runs = `${all} ${all === 1 ? 'run' : 'runs'}`;
  if (estimate.runs === 0)
    return `${runs}, all finished${others > 0 ? `, ${others} of them with other data than are there now` : ''}.`;
  const open = estimate.runs === all ? runs : `${runs}, ${estimate.runs} not finished`;
  const room = `about ${bytes(estimate.bytes)} on disk`;
  if (estimate.seconds === null) return `${open}: ${room}; no speed is known yet on this machine.`;
  const how = estimate.measured ? '' : ' (scaled from other networks)';
  return `${open}: about ${seconds(estimate.seconds)}, one after another${how}; ${room}.`;
}
