import { cellText, decimalsOf, drawnColumn } from '../../common/figures/cell-text.ts';
import { axisTitle, type CellEstimate, type Cells } from '../../common/figures/data.ts';
import { plainText } from '../../common/figures/text.ts';
import type { FieldValue } from '../../common/fields/field.ts';
import { shortHash } from '../../common/short-hash.ts';
import { SPREADS, type Mean } from '../../common/statistics/spread.ts';
import { dataHashOf } from '../figures/data-hash.ts';
import { drawFigure, type Rendered } from '../figures/render.ts';
import { label, name, table, text, type Column } from './html.ts';
import { armOf, type StudyData } from './study-data.ts';
import { STYLE } from './style.ts';

/** A share of a mean. */
const NOISE = 1e-12;

/**
 * A study's result as one page that needs nothing else: no script, no network, no program. The same runs give the same bytes.
 */
export function studyPage(data: StudyData): Uint8Array<ArrayBuffer> {
  const { texts } = data;
  const title = texts.at(-1)?.title || data.name;
  const sections = [
    heading(data, title),
    numbers(data),
    figures(data),
    settings(data),
    provenance(data),
    source(data),
  ];
  const page = [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    // Nothing but the page's own style: what should ever get past the escaping could load and run nothing.
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta name="generator" content="${text(data.options.application)}">`,
    `<title>${text(`${title}: result`)}</title>`,
    `<style>\n${STYLE}\n</style>`,
    '</head>',
    '<body>',
    '<main>',
    ...sections,
    '</main>',
    '</body>',
    '</html>',
    '',
  ];
  return new Uint8Array(Buffer.from(page.join('\n')));
}

function heading({ name: study, runs, arms }: StudyData, title: string): string {
  const seeds = [...new Set(runs.map(({ seed }) => seed))].sort((one, other) => one - other);
  const unfinished = runs.filter(({ state }) => state !== 'finished');
  const parts = [
    `<h1>${name(title)}</h1>`,
    `<p class="quiet">Study ${name(study)}: ${runs.length} runs of ${arms.length} arms, seeds ${seeds.join(', ')}.</p>`,
  ];
  if (unfinished.length > 0)
    parts.push(
      `<p class="note"><b>${unfinished.length} of ${runs.length} runs ${unfinished.length === 1 ? 'has' : 'have'} not finished</b> and ${unfinished.length === 1 ? 'is' : 'are'} in no mean: ` +
        `${unfinished.map((run) => `${name(armOf(run))}, seed ${run.seed} (${run.state} after epoch ${run.epochsDone} of ${run.epochsTotal})`).join('; ')}.</p>`,
    );
  return parts.join('\n');
}

function numbers({ table: drawn, options, overControl }: StudyData): string {
  const head = '<h2>Numbers after the last epoch</h2>';
  if (drawn === null) return `${head}\n<p>No run has finished yet.</p>`;
  const { data, facts } = drawn.collected;
  const cells = data as Cells;
  const columns = cells.quantities.map((_, index) => drawnColumn(cells, index).map(withoutNoise));
  const decimals = columns.map(decimalsOf);
  const hasPairs = [...overControl.values()].some((mean) => mean !== null);
  const heads: Column[] = [
    { head: 'Arm' },
    { head: '<i>n</i>', number: true },
    ...cells.quantities.map((quantity) => ({ head: label(axisTitle(quantity)), number: true })),
    ...(hasPairs
      ? [{ head: 'Test accuracy minus that of its own control, in pairs of one seed (pp)', number: true }]
      : []),
  ];
  const rows = cells.rows.map(({ label: arm, n, least = n }, row) => [
    name(plainText(arm)),
    least === n ? String(n) : `${least}–${n}`,
    ...columns.map((column, index) => {
      const cell = column[row] ?? null;
      const told = text(plainText(cellText(cell, decimals[index]!, facts)));
      return cell?.best === true ? `<b>${told}</b>` : told;
    }),
    ...(hasPairs ? [pairText(overControl.get(plainText(arm)) ?? null, options.spread === 'bootstrap')] : []),
  ]);
  const spread = SPREADS[options.spread];
  return [
    head,
    table('Numbers of the arms', heads, rows),
    `<p class="quiet">Mean over <i>n</i> finished runs, one a seed, ${options.spread === 'bootstrap' ? 'with the' : '± one'} ${text(spread.title)}; a single run has none. ${text(spread.definition)}` +
      `${cells.test === null ? '' : ` ${text(capital(cells.test))}.`} Shed weights are those that are kept and at or below ${text(options.threshold)} in magnitude.</p>`,
  ].join('\n');
}

/** Seeds that have one number have no spread: what is left of it is of the arithmetic. */
function withoutNoise(cell: CellEstimate | null): CellEstimate | null {
  if (cell === null || cell.high - cell.low > NOISE * Math.abs(cell.mean)) return cell;
  return { ...cell, low: cell.mean, high: cell.mean };
}

function pairText(mean: Mean | null, isInterval: boolean): string {
  if (mean === null) return '–';
  const told = (value: number): string => (value * 100).toFixed(2).replace('-', '−');
  const signed = `${mean.mean > 0 ? '+' : ''}${told(mean.mean)}`;
  if (mean.low === null || mean.high === null) return signed;
  return isInterval
    ? `${signed} [${told(mean.low)}, ${told(mean.high)}]`
    : `${signed} ± ${told(mean.high - mean.mean)}`;
}

function figures({ figures: all, options }: StudyData): string {
  if (all.length === 0) return '';
  return [
    '<h2>Figures</h2>',
    ...all.map(({ title, rendered }, index) => figure(title, rendered, index, SPREADS[options.spread].title)),
  ].join('\n');
}

function figure(title: string, rendered: Rendered, index: number, spread: string): string {
  const groups = new Set(rendered.collected.runs).size;
  return [
    '<figure>',
    ownIds(drawFigure(rendered).svg.trim(), `figure-${index + 1}-`),
    `<figcaption><b>${text(title)}.</b> Means over seeds of ${groups} finished runs, with the ${text(spread)}.</figcaption>`,
    '</figure>',
  ].join('\n');
}

/** Drawings of one page have names of their own. Text in them has no quotes that are not escaped. */
function ownIds(svg: string, prefix: string): string {
  return svg
    .replace(/ id="(clip-\d+)"/g, ` id="${prefix}$1"`)
    .replace(/="url\(#(clip-\d+)\)"/g, `="url(#${prefix}$1)"`);
}

function settings({ arms, differing, common }: StudyData): string {
  const rows = arms.map(({ arm, values }) => [name(arm), ...values.map(valuesText)]);
  return [
    '<h2>Settings</h2>',
    differing.length === 0
      ? '<p>All arms have the same settings.</p>'
      : table('Settings in which arms differ', [{ head: 'Arm' }, ...differing.map(headOf)], rows),
    common.length === 0 ? '' : '<p class="quiet">Alike in all of them, defaults among them:</p>',
    common.length === 0
      ? ''
      : `<dl>${common.map(({ key, values }) => `<dt><code>${text(key)}</code></dt><dd>${valuesText(values)}</dd>`).join('\n')}</dl>`,
  ]
    .filter((part) => part !== '')
    .join('\n');
}

const headOf = (key: string): Column => ({ head: `<code>${text(key)}</code>` });

function valuesText(values: readonly FieldValue[]): string {
  return values.length === 0 ? '–' : values.map((value) => name(String(value))).join(', ');
}

/** What of an environment tells by what a run was trained. */
const MACHINE = ['application', 'engine', 'device', 'compile', 'threads', 'platform', 'node'] as const;

function provenance({ runs, environments, table: drawn, figures: all, options }: StudyData): string {
  const machines = MACHINE.flatMap((key) => {
    const values = [
      ...new Set(
        [...environments.values()].flatMap((told) => (told?.[key] == null ? [] : [String(told[key])])),
      ),
    ];
    return values.length === 0 ? [] : [`<dt>${key}</dt><dd>${values.sort().map(text).join('; ')}</dd>`];
  });
  const hashes = [...(drawn === null ? [] : [{ title: 'Numbers', rendered: drawn }]), ...all].map(
    ({ title, rendered }) => `<dt>${text(title)}</dt><dd><code>${dataHashOf(rendered.collected)}</code></dd>`,
  );
  const rows = [...runs]
    .reverse()
    .map((run) => [
      `<code>${text(run.id)}</code>`,
      name(armOf(run)),
      String(run.seed),
      text(run.state),
      `${run.epochsDone}/${run.epochsTotal}`,
      run.control === null ? '–' : `<code>${text(run.control)}</code>`,
      run.data === null ? '–' : `<code>${text(shortHash(run.data))}</code>`,
      run.endedAt === null ? '–' : new Date(run.endedAt).toISOString().slice(0, 16).replace('T', ' '),
    ]);
  const data = [...new Set(runs.flatMap((run) => run.data ?? []))].sort();
  return [
    '<h2>Where it is from</h2>',
    `<p>Every run can be trained again from its settings and its seed; a run's id is the hash of both. This page was written by ${text(options.application)}.</p>`,
    table(
      'Runs',
      [
        { head: 'Run' },
        { head: 'Arm' },
        { head: 'Seed', number: true },
        { head: 'State' },
        { head: 'Epochs', number: true },
        { head: 'Control' },
        { head: 'Data' },
        { head: 'Ended (UTC)' },
      ],
      rows,
    ),
    `<p class="quiet">Trained by:</p>\n<dl>${machines.join('\n')}</dl>`,
    data.length === 0
      ? ''
      : `<p class="quiet">SHA-256 of the data: ${data.map((hash) => `<code>${text(hash)}</code>`).join(', ')}.</p>`,
    hashes.length === 0
      ? ''
      : `<p class="quiet">SHA-256 of the numbers that are told and drawn:</p>\n<dl>${hashes.join('\n')}</dl>`,
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function source({ texts }: StudyData): string {
  const last = texts.at(-1);
  if (last === undefined) return '<h2>The study</h2>\n<p>Its text is not in the workspace.</p>';
  const others = texts.length - 1;
  return [
    '<h2>The study</h2>',
    `<p class="quiet">${name(last.fileName)}${others === 0 ? '' : `; ${others} earlier ${others === 1 ? 'text' : 'texts'} asked for runs of it too`}.</p>`,
    `<pre dir="auto" tabindex="0" role="region" aria-label="Text of the study">${text(last.text)}</pre>`,
  ].join('\n');
}

function capital(sentence: string): string {
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1);
}
