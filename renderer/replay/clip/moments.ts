import type { Workstation } from '../../stores/workstation.ts';
import { ChannelHistory } from '../channel-history.ts';
import { networkMoment, type LayerMoment } from '../moment.ts';
import type { ReplayPanel } from '../use-replay-panels.ts';

/** Epochs that are read in one call. */
const WINDOW = 8;

/** Reads the moments of a run apart from the replay, which goes on meanwhile; few epochs are held at a time. */
export class MomentReader {
  readonly #client: Workstation['client'];
  readonly #panel: ReplayPanel;
  readonly #keptBy: string | null;
  readonly #threshold: string;
  #history = new ChannelHistory();

  /** @param keptBy the run over whose kept weights a control is counted; null for a run by itself */
  constructor(client: Workstation['client'], panel: ReplayPanel, keptBy: string | null, threshold: string) {
    this.#client = client;
    this.#panel = panel;
    this.#keptBy = keptBy;
    this.#threshold = threshold;
  }

  /** The network after an epoch, or after the last of a run that ended before it; null where it is not recorded. */
  async at(epoch: number, signal: AbortSignal): Promise<{ epoch: number; moment: LayerMoment[] | null }> {
    const { side, role } = this.#panel;
    const last = side.epochs.value.at(-1) ?? -1;
    const at = role === 'control' ? epoch : Math.min(epoch, last);
    const id = side.run.id;
    if (id === null || !side.epochs.value.includes(at) || !side.ladder.value.includes(this.#threshold))
      return { epoch: at, moment: null };
    if (!this.#history.has(at)) {
      this.#history = new ChannelHistory();
      const asked = { id, threshold: this.#threshold, from: at, to: Math.min(last, at + WINDOW - 1) };
      const beside = this.#keptBy === null ? {} : { keptBy: this.#keptBy };
      this.#history.add(await this.#client.runs.channels({ ...asked, ...beside }, { signal }));
    }
    return { epoch: at, moment: networkMoment(this.#history, side.layers.value, at, 0) };
  }
}
