import { generator } from '../random.ts';
import type { RunEvent } from '../../../common/records.ts';
import type { NamedOptions } from '../../../common/run-specification.ts';
import { initialParameters } from '../network/initialization.ts';
import { startingParameters } from '../network/pretrained.ts';
import { stageOf, type TrainingPlan } from '../training-plan.ts';
import type { DeviceState } from '../steps/device-state.ts';
import { snapshotOf, type TrainingState } from './checkpoint.ts';
import { restoreSnapshot, takeSnapshot, type Snapshot } from './snapshot.ts';

export interface StageSetting {
  state: DeviceState;
  plan: TrainingPlan;
  stepsPerEpoch: number;
  model: NamedOptions;
  seed: number;
}

/** The beginnings of a run's stages: weights that go on, go back or begin anew, and what is kept for going back. */
export class Stages {
  readonly #setting: StageSetting;
  readonly #trainingState: TrainingState;

  constructor(setting: StageSetting, trainingState: TrainingState) {
    this.#setting = setting;
    this.#trainingState = trainingState;
  }

  /** Before the first step of a stage: weights go back, or begin anew, where its retraining says so. */
  begin(epoch: number): RunEvent[] {
    const { state, plan, stepsPerEpoch, model, seed } = this.#setting;
    const stage = stageOf(plan, epoch);
    if (stage.firstEpoch !== epoch || stage.start === 'continue') return [];
    const event = (kind: RunEvent['kind'], message: string, data: RunEvent['data']): RunEvent[] => [
      { kind, epoch: epoch - 1, message, data },
    ];
    if (stage.start === 'reinitialise') {
      const drawn = generator(seed, 'reinitialisation', plan.stages.indexOf(stage)).next() >>> 1;
      this.#goBack(this.#initialSnapshot(initialParameters(state.network, drawn)));
      return event('reinitialised', 'All weights were drawn anew; the masks were kept.', { seed: drawn });
    }
    const step = plan.rewindTo!;
    this.#goBack(
      step === 0
        ? this.#initialSnapshot(startingParameters(model, state.network, seed))
        : this.#trainingState.rewindTo!,
    );
    const to = step % stepsPerEpoch === 0 ? `epoch ${step / stepsPerEpoch}` : `step ${step}`;
    return event('rewound', `The kept weights were set back to those of ${to}.`, { step });
  }

  /** Keeps the state that weight rewinding goes back to, when the training comes by it; the initial one is drawn again. */
  keepToRewind(epoch: number): void {
    const { state, plan } = this.#setting;
    const { position, rewindTo } = this.#trainingState;
    if (plan.rewindTo === null || plan.rewindTo === 0 || rewindTo) return;
    if (stageOf(plan, epoch).phase !== 'training' || position.step !== plan.rewindTo) return;
    this.#keep(takeSnapshot(state, plan.rewindTo));
  }

  /** Takes the state that weight rewinding goes back to from the trunk's checkpoint after that very step. */
  rewindLaterTo(checkpoint: Uint8Array): void {
    this.#keep(snapshotOf(checkpoint, this.#setting.state));
  }

  #keep(snapshot: Snapshot): void {
    this.#trainingState.rewindTo = snapshot;
    this.#trainingState.position.rewindStep = snapshot.step;
  }

  #goBack(snapshot: Snapshot): void {
    restoreSnapshot(this.#setting.state, snapshot, this.#trainingState.masks);
    this.#trainingState.position.step = snapshot.step;
  }

  /** The state of a run that begins with these parameters. */
  #initialSnapshot(parameters: ReadonlyMap<string, Float32Array>): Snapshot {
    const { state } = this.#setting;
    return {
      step: 0,
      parameters: new Map([...parameters].map(([name, values]) => [name, Float32Array.from(values)])),
      slots: new Map(state.slotNames.map((slot) => [slot, new Float32Array(state.readSlot(slot).length)])),
    };
  }
}
