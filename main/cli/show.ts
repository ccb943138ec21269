import type { CascadeClient } from '../api/router.ts';
import { layerCosts } from '../../common/cascade/layer-costs.ts';
import { CONTROL_NAMES, forEachControl, type ControlKind } from '../../common/controls.ts';
import type {
  ClassAccuracies,
  Cost,
  EpochSummary,
  ExcessEpoch,
  RunDetail,
} from '../../common/contract/schemas.ts';
import { decimal, percent, table } from './table.ts';

/** What the shares in a shown run are shares of. */
const DENOMINATORS = {
  pruned: 'all prunable weights (of a layer: all its weights)',
  zero: 'all prunable weights (of a layer: all its weights)',
  shed: 'kept weights: those not pruned',
  inert: 'kept weights: those not pruned; a lower bound, proved for every input',
  deadOnData: 'kept weights: those not pruned; null after epochs in which it was not counted',
  excess: 'weights kept by the pruned run, in it and in its dense control',
  previousMaskExcess: 'weights kept by the pruned run, in it and in the control that kept the previous mask',
};

/** What the ratios in a shown run are ratios of, and what is counted. */
const DEFINITIONS = {
  inert:
    'kept, and proved: it can be set to zero, alone or together, without changing any output; at least so many',
  deadOnData: 'kept, and no training or test image gives it a gradient (exactly zero)',
  compression: 'prunable weights of the dense network ÷ those left',
  speedUp: 'multiply-accumulates of the dense network ÷ those left, for one image, of prunable kernels alone',
};

/** The document of `show RUN --json`. Its keys are relied on by scripts: add, but do not rename. */
export async function showDocument(client: CascadeClient, id: string) {
  const [detail, epochs, excess, classes] = await Promise.all([
    client.runs.get({ id }),
    client.runs.epochs({ id }),
    forEachControl((against) => client.runs.excess({ id, against })),
    client.runs.classes({ id }),
  ]);
  return { ...documentOf(detail, epochs, excess, classes) };
}

export type ShownRun = Awaited<ReturnType<typeof showDocument>>;

function documentOf(
  detail: RunDetail,
  epochs: EpochSummary[],
  excess: Record<ControlKind, ExcessEpoch[]>,
  { names, examples, epochs: answered }: ClassAccuracies,
) {
  const { summary, specification, environment, events, checkpoints, pruningEpochs, predictions } = detail;
  const weights = epochs[0]?.layers.reduce((sum, layer) => sum + layer.weights, 0) ?? null;
  return {
    ...summary,
    specification,
    environment,
    events,
    checkpoints,
    pruningEpochs,
    predictions,
    epochs: epochs.map((epoch) => ({
      ...epoch,
      layers: epoch.layers.map((layer) => ({ ...layer, costs: layerCosts(layer) })),
    })),
    // After the last epoch; `export --what classes` has them all.
    classes: { names, examples, correct: answered.at(-1)?.correct ?? [] },
    excess: excessRows(excess.dense),
    previousMaskExcess: excessRows(excess['previous-mask']),
    denominators: { ...DENOMINATORS, weights },
    definitions: DEFINITIONS,
  };
}

/** The excess of each epoch by threshold; keys beside 'epoch' are thresholds. */
function excessRows(excess: readonly ExcessEpoch[]): ({ epoch: number } & Record<string, number>)[] {
  return excess.map(({ epoch, excess: byThreshold }) => ({ epoch, ...byThreshold }));
}

/** The same for a person: what it is, how each epoch ended, the layers at the end, what happened. */
export function showText(run: ShownRun, label: string): string {
  const where = run.memberships.map(({ study, arm }) => `${study} / ${arm}`).join(', ');
  const head = [
    `${run.id}  ${where}  seed ${run.seed}`,
    `${run.state}${run.reason === null ? '' : ` (${run.reason})`}, epoch ${run.epochsDone} of ${run.epochsTotal}`,
    `${run.model}, ${run.optimizer}, criterion ${run.criterion ?? 'none'}${masksText(run)}, control ${run.control ?? 'none'}`,
    ...(run.previousMask ? [`previous-mask control ${run.previousMask.control}`] : []),
  ].join('\n');
  const excesses = [
    { title: run.previousMask ? 'excess, dense' : 'excess', rows: run.excess, over: CONTROL_NAMES.dense },
    ...(run.previousMask
      ? [
          {
            title: 'excess, previous mask',
            rows: run.previousMaskExcess,
            over: CONTROL_NAMES['previous-mask'],
          },
        ]
      : []),
  ].map((column) => ({ ...column, of: new Map(column.rows.map((row) => [row.epoch, row[label]])) }));
  const epochs = table(
    [
      { title: 'epoch', number: true },
      { title: 'phase' },
      { title: 'rate', number: true },
      { title: 'loss', number: true },
      { title: 'validation', number: true },
      { title: 'test', number: true },
      { title: 'pruned', number: true },
      { title: `shed ${label}`, number: true },
      { title: 'inert, at least', number: true },
      { title: 'dead on data', number: true },
      ...excesses.map(({ title }) => ({ title, number: true })),
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
      percent(epoch.inert),
      percent(epoch.deadOnData),
      ...excesses.map(({ of }) => percent(of.get(epoch.epoch))),
    ]),
  );
  const layers = table(
    [
      { title: 'layer' },
      { title: 'weights', number: true },
      { title: 'pruned', number: true },
      { title: `shed ${label}`, number: true },
      { title: 'inert, at least', number: true },
      { title: 'dead on data', number: true },
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
      percent(layer.inert),
      percent(layer.deadOnData),
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
    ...(run.previousMask
      ? excesses.map(({ title, over }) => `'${title}' is against ${over}, over the weights kept here.`)
      : []),
  ].join('\n');
  return [head, epochs, layers, costsText(run), shares, events].filter((part) => part !== '').join('\n\n');
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
    row('without pruned and inert', costs.withoutInert),
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
