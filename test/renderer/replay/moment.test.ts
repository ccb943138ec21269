import { describe, expect, it } from 'vitest';
import { WEIGHT_STATES } from '../../../common/cascade/composition.ts';
import { LAYER_LIST } from '../../../renderer/gallery/network.ts';
import { EPOCHS, LABELS, PRUNED_AT, Simulation } from '../../../renderer/gallery/simulation.ts';
import { ChannelHistory } from '../../../renderer/replay/channel-history.ts';
import { inertOfKept, networkMoment, totals } from '../../../renderer/replay/moment.ts';
import { WeightPlanes } from '../../../renderer/replay/weight-planes.ts';

const simulation = new Simulation(7, 0.9);
const history = new ChannelHistory();
history.add(simulation.channels(0, EPOCHS));
const threshold = LABELS.indexOf('1e-3');

describe('a moment of the network', () => {
  it('agrees, from channels, from bit planes and from the summary, on what is pruned and shed', async () => {
    const epoch = 8;
    const moment = networkMoment(history, LAYER_LIST, epoch, threshold)!;
    const summary = simulation.summary(epoch);
    const [, , shed = 0, , pruned = 0] = totals(moment);
    expect(pruned).toBeCloseTo(summary.pruned, 5);
    expect(shed / (1 - pruned)).toBeCloseTo(summary.shed['1e-3']!, 5);

    const layer = LAYER_LIST.find((entry) => entry.name === 'pw3')!;
    const planes = WeightPlanes.read(simulation.planes('pw3', epoch), layer.outputChannels);
    const counted = new Float64Array(WEIGHT_STATES.length);
    for (let weight = 0; weight < layer.weights; weight += 1)
      counted[planes.stateOf(weight, threshold)]! += 1;
    const composition = moment.find((entry) => entry.layer.name === 'pw3')!.composition;
    for (const state of [2, 3, 4]) {
      let sum = 0;
      for (let channel = 0; channel < layer.outputChannels; channel += 1)
        sum += (composition[state * layer.outputChannels + channel]! * layer.weights) / layer.outputChannels;
      expect(sum).toBeCloseTo(counted[state]!, 1);
    }
  });

  it('counts a control over the weights that the run beside it keeps', async () => {
    const control = new Simulation(7, 0);
    const beside = new ChannelHistory();
    beside.add(control.channels(8, 8, simulation));
    const moment = networkMoment(beside, LAYER_LIST, 8, threshold)!;
    const [, , shed = 0, , notKept = 0] = totals(moment);
    expect(notKept).toBeCloseTo(simulation.summary(8).pruned, 5);
    let [kept, shedByHand, inert] = [0, 0, 0];
    LAYER_LIST.forEach((layer, index) => {
      for (let weight = 0; weight < layer.weights; weight += 1) {
        if (simulation.isPruned(index, weight, 8)) continue;
        kept += 1;
        if (control.magnitude(index, weight, 8) <= 1e-3) shedByHand += 1;
        if (control.isInert(index, weight, 8)) inert += 1;
      }
    });
    expect(shed / (1 - notKept)).toBeCloseTo(shedByHand / kept, 5);
    expect(inertOfKept(moment)).toBeCloseTo(inert / kept, 5);
  });

  it('sees channels freed before they are shed', () => {
    const early = networkMoment(history, LAYER_LIST, PRUNED_AT + 2, threshold)!;
    const [, freed = 0, shed = 0] = totals(early);
    expect(freed).toBeGreaterThan(0.05);
    expect(shed).toBeLessThan(freed);
  });

  it('is not there before its epoch was read, nor at a threshold that the run does not know', () => {
    expect(networkMoment(history, LAYER_LIST, EPOCHS + 1, threshold)).toBeNull();
    expect(networkMoment(history, LAYER_LIST, 3, -1)).toBeNull();
  });
});
