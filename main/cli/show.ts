import type { CascadeClient } from '../api/router.ts';
import type { EpochSummary, ExcessEpoch, RunDetail } from '../../common/contract/schemas.ts';
import { decimal, percent, table } from './table.ts';

/** What the shares in a shown run are shares of. */
const DENOMINATORS = {
  pruned: 'all prunable weights (of a layer: all its weights)',
  zero: 'all prunable weights (of a layer: all its weights)',
  shed: 'kept weights: those not pruned',
  inert: 'kept weights: those not pruned',
  excess: 'weights kept by the pruned run, in it and in its control',
};

/** The document of `show RUN --json`. Its keys are relied on by scripts: add, but do not rename. */
export async function showDocument(client: CascadeClient, id: string) {
  const [detail, epochs, excess] = await Promise.all([
    client.runs.get({ id }),
    client.runs.epochs({ id }),
    client.runs.excess({ id }),
  ]);
  return { ...documentOf(detail, epochs, excess) };
}

export type ShownRun = Awaited<ReturnType<typeof showDocument>>;

function documentOf(detail: RunDetail, epochs: EpochSummary[], excess: ExcessEpoch[]) {
  const { summary, specification, environment, events, checkpoints, pruningEpochs } = detail;
  const weights = epochs[0]?.layers.reduce((sum, layer) => sum + layer.weights, 0) ?? null;
  return {
    ...summary,
    specification,
    environment,
    events,
    checkpoints,
    pruningEpochs,
    epochs,
    excess: excess.map(({ epoch, excess: byThreshold }) => ({ epoch, ...byThreshold })),
    denominators: { ...DENOMINATORS, weights },
  };
}

/** The same for a person: what it is, how each epoch ended, the layers at the end, what happened. */
export function showText(run: ShownRun, label: string): string {
  const where = run.memberships.map(({ study, arm }) => `${study} / ${arm}`).join(', ');
  const head = [
    `${run.id}  ${where}  seed ${run.seed}`,
    `${run.state}${run.reason === null ? '' : ` (${run.reason})`}, epoch ${run.epochsDone} of ${run.epochsTotal}`,
    `${run.model}, ${run.optimizer}, criterion ${run.criterion ?? 'none'}, control ${run.control ?? 'none'}`,
  ].join('\n');
  const excessOf = new Map(
    run.excess.map((entry) => [entry.epoch, (entry as Record<string, number>)[label]]),
  );
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
      { title: 'inert', number: true },
      { title: 'excess', number: true },
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
      percent(excessOf.get(epoch.epoch)),
    ]),
  );
  const layers = table(
    [
      { title: 'layer' },
      { title: 'weights', number: true },
      { title: 'pruned', number: true },
      { title: `shed ${label}`, number: true },
      { title: 'inert', number: true },
    ],
    (run.epochs.at(-1)?.layers ?? []).map((layer) => [
      layer.name,
      String(layer.weights),
      percent(layer.pruned),
      percent(layer.shed[label]),
      percent(layer.inert),
    ]),
  );
  const events = run.events
    .map(({ time, epoch, message }) => {
      const when = new Date(time).toISOString().slice(0, 19).replace('T', ' ');
      return `${when}  ${epoch === null ? '' : `epoch ${epoch}: `}${message}`;
    })
    .join('\n');
  const shares = 'Shed and inert are shares of the kept weights, pruned of all prunable ones.';
  return [head, epochs, layers, shares, events].filter((part) => part !== '').join('\n\n');
}
