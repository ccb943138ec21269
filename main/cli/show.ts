import type { CascadeClient } from '../api/router.ts';
import { decodeRows } from '../../common/codec/rows.ts';
import { classNamesOf } from '../../common/class-names.ts';
import { layerCosts } from '../../common/cascade/layer-costs.ts';
import {
  CONTROL_NAMES,
  CONTROL_SHORT_NAMES,
  forEachControl,
  type ControlKind,
} from '../../common/controls.ts';
import { epochsIn } from '../../common/epoch-spans.ts';
import { shortHash } from '../../common/short-hash.ts';
import type {
  ClassEpoch,
  Cost,
  EpochSummary,
  ExcessEpoch,
  LoggedEvent,
  RunDetail,
} from '../../common/contract/schemas.ts';
import { allRows } from './all-rows.ts';
import { decimal, percent, points, table } from './table.ts';

/** What the shares in a shown run are shares of. */
const DENOMINATORS = {
  pruned: 'all prunable weights (of a layer: all its weights)',
  zero: 'all prunable weights (of a layer: all its weights)',
  shed: 'kept weights: those not pruned',
  inertAtLeast: 'kept weights: those not pruned; a lower bound, proved for every input',
  deadOnData: 'kept weights: those not pruned; null after epochs in which it was not counted',
  excess: 'weights kept by the pruned run, in it and in its dense control',
  controlShed: 'weights kept by the pruned run, in its dense control',
  previousMaskExcess: 'weights kept by the pruned run, in it and in the control that kept the previous mask',
  previousMaskShed: 'weights kept by the pruned run, in the control that kept the previous mask',
};

/** What the ratios in a shown run are ratios of, and what is counted. */
const DEFINITIONS = {
  inertAtLeast:
    'kept, and proved: it can be set to zero, alone or together, without changing any output; at least so many',
  deadOnData: 'kept, and no training or test image gives it a gradient (exactly zero)',
  compression: 'prunable weights of the dense network ÷ those left',
  speedUp: 'multiply-accumulates of the dense network ÷ those left, for one image, of prunable kernels alone',
};

/**
 * The document of `show RUN --json`. Its keys are relied on by scripts: add, but do not rename.
 *
 * @param limit at most this many epochs, the last ones
 */
export async function showDocument(client: CascadeClient, id: string, limit = Infinity) {
  const detail = await client.runs.get({ id });
  const from = Math.max(0, detail.summary.epochsDone + 1 - limit);
  const [events, epochs, excess, classes] = await Promise.all([
    allEvents(client, detail),
    allRows<EpochSummary>((next) => client.runs.epochs({ id, from: next }), from),
    forEachControl((against) =>
      allRows<ExcessEpoch>((next) => client.runs.excess({ id, against, from: next }), from),
    ),
    client.runs.classes({ id, from: detail.summary.epochsDone }),
  ]);
  return {
    ...documentOf({ ...detail, events }, epochs, excess, decodeRows<ClassEpoch>(classes).rows.at(-1)),
  };
}

/** All events of a run, however many answers they take. */
async function allEvents(
  client: CascadeClient,
  { summary: { id }, events, eventsBefore }: RunDetail,
): Promise<LoggedEvent[]> {
  const parts = [events];
  for (let before = eventsBefore; before > 0;) {
    const page = await client.runs.events({ id, before });
    parts.unshift(page.events);
    before = page.eventsBefore;
  }
  return parts.flat();
}

export type ShownRun = Awaited<ReturnType<typeof showDocument>>;

function documentOf(
  detail: RunDetail,
  epochs: EpochSummary[],
  excess: Record<ControlKind, ExcessEpoch[]>,
  answered: ClassEpoch | undefined,
) {
  const { summary, specification, environment, events, checkpoints, pruningEpochs, predictions } = detail;
  const weights = epochs[0]?.layers.reduce((sum, layer) => sum + layer.weights, 0) ?? null;
  return {
    ...summary,
    specification,
    environment,
    events,
    checkpoints: epochsIn(checkpoints),
    pruningEpochs,
    predictions,
    epochs: epochs.map(({ measured, ...epoch }) => ({
      ...epoch,
      ...measured,
      layers: epoch.layers.map(({ measured: ofLayer, ...layer }) => ({
        ...layer,
        ...ofLayer,
        ...layerComparisons(excess, epoch.epoch, layer.name),
        costs: layerCosts(layer),
      })),
    })),
    // After the last epoch; `export --what classes` has them all.
    classes: {
      names: classNamesOf(detail),
      examples: answered?.examples ?? [],
      correct: answered?.correct ?? [],
    },
    excess: rowsOf(excess.dense, 'excess'),
    controlShed: rowsOf(excess.dense, 'control'),
    previousMaskExcess: rowsOf(excess['previous-mask'], 'excess'),
    previousMaskShed: rowsOf(excess['previous-mask'], 'control'),
    denominators: { ...DENOMINATORS, weights },
    definitions: DEFINITIONS,
  };
}

/** The excess, or the control's share of the same weights, of each epoch; keys beside 'epoch' are thresholds. */
function rowsOf(
  excess: readonly ExcessEpoch[],
  of: 'excess' | 'control',
): ({ epoch: number } & Record<string, number>)[] {
  return excess.map((entry) => ({ epoch: entry.epoch, ...entry[of] }));
}

/** The same of one layer, by threshold; null where a control does not have the epoch. */
function layerComparisons(excess: Record<ControlKind, ExcessEpoch[]>, epoch: number, layer: string) {
  const [dense, previousMask] = [excess.dense, excess['previous-mask']].map((entries) =>
    entries.find((entry) => entry.epoch === epoch)?.layers.find(({ name }) => name === layer),
  );
  return {
    excess: dense?.excess ?? null,
    controlShed: dense?.control ?? null,
    previousMaskExcess: previousMask?.excess ?? null,
    previousMaskShed: previousMask?.control ?? null,
  };
}

/** The same for a person: what it is, how each epoch ended, the layers at the end, what happened. */
export function showText(run: ShownRun, label: string): string {
  const where = run.memberships.map(({ study, arm }) => `${study} / ${arm}`).join(', ');
  const head = [
    `${run.id}  ${where}  seed ${run.seed}`,
    `${run.state}${run.reason === null ? '' : ` (${run.reason})`}, epoch ${run.epochsDone} of ${run.epochsTotal}`,
    `${run.model}, ${run.optimizer}, criterion ${run.criterion ?? 'none'}${masksText(run)}, control ${run.control ?? 'none'}`,
    ...(run.data === null
      ? []
      : [
          `data ${shortHash(run.data)}${run.dataPinned ? ', beside runs of other data of the same files' : ''}`,
        ]),
    ...(run.previousMask ? [`previous-mask control ${run.previousMask.control}`] : []),
  ].join('\n');
  const comparisons = comparisonsOf(run);
  const epochs = table(
    [
      { title: 'epoch', number: true },
      { title: 'phase' },
      { title: 'rate', number: true },
      { title: 'loss', number: true },
      { title: 'validation', number: true },
      { title: 'test', number: true },
      ...shareColumns(label, comparisons),
    ],
    run.epochs.map((epoch) => [
      String(epoch.epoch),
      epoch.phase,
      decimal(epoch.learningRate),
      decimal(epoch.trainLoss),
      percent(epoch.validationAccuracy, 2),
      percent(epoch.testAccuracy, 2),
      percent(epoch.pruned),
      percent(epoch.shed[label]),
      percent(epoch.inertAtLeast),
      percent(epoch.deadOnData),
      ...comparisons.flatMap(({ shed, excess }) => [
        percent(at(shed, epoch.epoch)?.[label]),
        points(at(excess, epoch.epoch)?.[label]),
      ]),
    ]),
  );
  const layers = table(
    [
      { title: 'layer' },
      { title: 'weights', number: true },
      ...shareColumns(label, comparisons),
      { title: 'MACs', number: true },
      { title: 'masked', number: true },
      { title: 'norm', number: true },
      { title: 'gradient', number: true },
    ],
    (run.epochs.at(-1)?.layers ?? []).map((layer) => [
      layer.name,
      String(layer.weights),
      percent(layer.pruned),
      percent(layer.shed[label]),
      percent(layer.inertAtLeast),
      percent(layer.deadOnData),
      ...comparisons.flatMap(({ layerShed, layerExcess }) => [
        percent(layer[layerShed]?.[label]),
        points(layer[layerExcess]?.[label]),
      ]),
      decimal(layer.costs.dense.macs),
      decimal(layer.costs.masked.macs),
      decimal(layer.norm),
      decimal(layer.gradientNorm),
    ]),
  );
  const events = run.events
    .map(({ time, epoch, message }) => {
      const when = new Date(time).toISOString().slice(0, 19).replace('T', ' ');
      return `${when}  ${epoch === null ? '' : `epoch ${epoch}: `}${message}`;
    })
    .join('\n');
  const shares = [
    'Shed, inert and dead on data are shares of the kept weights, pruned of all prunable ones. Inert is proved for every input, and so a lower bound.',
    'Dead on data: no training or test image gives them a gradient; counted at the run’s end, and where the first and the last pruning ends an epoch.',
    'Layers are after the last epoch.',
    ...comparisons.map(
      ({ title, excessTitle, over }) =>
        `'${title}' is what ${over} has shed of the very weights kept here; '${excessTitle}' is the difference.`,
    ),
  ].join('\n');
  return [head, epochs, layers, costsText(run), shares, events].filter((part) => part !== '').join('\n\n');
}

/** The controls that a run is shown beside: where their numbers are, and how their columns are called. */
function comparisonsOf(run: ShownRun) {
  const dense = {
    title: run.previousMask ? `${CONTROL_SHORT_NAMES.dense}, same weights` : 'control, same weights',
    excessTitle: run.previousMask ? 'excess, dense' : 'excess',
    over: CONTROL_NAMES.dense,
    shed: run.controlShed,
    excess: run.excess,
    layerShed: 'controlShed',
    layerExcess: 'excess',
  } as const;
  const previousMask = {
    title: `${CONTROL_SHORT_NAMES['previous-mask']}, same weights`,
    excessTitle: 'excess, previous mask',
    over: CONTROL_NAMES['previous-mask'],
    shed: run.previousMaskShed,
    excess: run.previousMaskExcess,
    layerShed: 'previousMaskShed',
    layerExcess: 'previousMaskExcess',
  } as const;
  return [...(run.control === null ? [] : [dense]), ...(run.previousMask ? [previousMask] : [])];
}

/** Headings of shares, each with what it is a share of. */
function shareColumns(label: string, comparisons: ReturnType<typeof comparisonsOf>) {
  const titles = [
    'pruned, of all',
    `shed ${label}, of kept`,
    'inert, at least, of kept',
    'dead on data, of kept',
    ...comparisons.flatMap(({ title, excessTitle }) => [title, excessTitle]),
  ];
  return titles.map((title) => ({ title, number: true }));
}

function at<T extends { epoch: number }>(rows: readonly T[], epoch: number): T | undefined {
  return rows.find((row) => row.epoch === epoch);
}

function masksText({ masks }: Pick<ShownRun, 'masks'>): string {
  return masks === null ? '' : ` (of ${masks.id} after epoch ${masks.epoch})`;
}

/** How small and fast the network has become in theory, each number with what it is. */
function costsText({ epochs }: ShownRun): string {
  const last = epochs.at(-1);
  const costs = last?.costs;
  if (!costs) return '';
  const times = (ratio: number | null): string => (ratio === null ? '–' : `${ratio.toFixed(2)}×`);
  const row = (idea: string, cost: Cost): string[] => [
    idea,
    String(cost.weights),
    String(cost.parameters),
    String(cost.macs),
    times(cost.compression),
    times(cost.speedUp),
  ];
  const rows = [
    row('dense', costs.dense),
    row('without pruned', costs.masked),
    row('without pruned and inert, at least', costs.withoutInert),
    ...(costs.compacted ? [row('compacted', costs.compacted)] : []),
  ];
  const number = true;
  const columns = [
    { title: 'cost' },
    { title: 'weights', number },
    { title: 'parameters', number },
    { title: 'MACs', number },
    { title: 'compression', number },
    { title: 'speed-up', number },
  ];
  const topFive = last.testTopFive === null ? [] : [`Test top-5 ${percent(last.testTopFive, 2)}.`];
  return [
    table(columns, rows),
    ...topFive,
    `Compression: ${DEFINITIONS.compression}. Theoretical speed-up: ${DEFINITIONS.speedUp}.`,
  ].join('\n');
}
