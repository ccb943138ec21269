import { describe, expect, test } from 'vitest';
import { findInert } from '../../../../../main/trainer/measurement/inert/inert.ts';
import { ACTIVATIONS, type NetworkDescription } from '../../../../../common/network.ts';
import { generator, integer } from '../../../../../main/trainer/random.ts';
import { NetworkBuilder } from '../../../../../main/trainer/network/builder.ts';
import { logitsOf } from '../../../../common/cascade/float64-network.ts';
import { inertness, setInput, setOutput, withOnes, type Net } from '../../../../common/cascade/hand-made.ts';
import {
  chance,
  channelsOf,
  images,
  outputs,
  randomNetwork,
  randomValues,
  RANGE,
  type Values,
} from '../../../../common/cascade/random-networks.ts';

/** 1 for each weight that is kept (here: not zero) and inert, by layer. */
function inertWeights(network: NetworkDescription, values: Values): Map<string, Uint8Array> {
  const found = findInert(network, values);
  return new Map(
    network.layers.map((layer) => {
      const { inputZero, outputBlocked } = found.get(layer.name)!;
      return [
        layer.kernel,
        values.get(layer.kernel)!.reduce((marks, weight, index) => {
          const { from, to } = channelsOf(layer, index);
          marks[index] = weight !== 0 && (inputZero[from] || outputBlocked[to]) ? 1 : 0;
          return marks;
        }, new Uint8Array(layer.weights)),
      ];
    }),
  );
}

describe('random networks', () => {
  test('no logit changes, to the bit of float32, when any inert weights are removed together', () => {
    let inertCount = 0;
    for (let number = 0; number < 400; number++) {
      const random = generator(number, 'inert soundness');
      const network = randomNetwork(random, { activations: ACTIVATIONS, skips: true });
      const values = randomValues(network, random);
      const inert = inertWeights(network, values);
      const total = [...inert.values()].reduce((sum, marks) => sum + marks.reduce((a, b) => a + b, 0), 0);
      if (total === 0) continue;
      inertCount += total;
      const inputs = images(network, 4, random);
      const before = outputs(network, values, inputs, Math.fround);
      for (const share of [1, 0.5]) {
        const removed = new Map(values);
        for (const [kernel, marks] of inert)
          removed.set(
            kernel,
            values.get(kernel)!.map((w, index) => (marks[index] && chance(random, share) ? 0 : w)),
          );
        expect(outputs(network, removed, inputs, Math.fround), `network ${number}`).toEqual(before);
      }
    }
    expect(inertCount).toBeGreaterThan(5000);
  });

  test('without activations, every weight that is not inert changes some logit when it is removed', () => {
    let active = 0;
    for (let number = 0; number < 150; number++) {
      const random = generator(number, 'inert completeness');
      const network = randomNetwork(random, { activations: [], skips: false });
      const values = randomValues(network, random);
      const inert = inertWeights(network, values);
      const inputs = images(network, 2, random);
      const before = outputs(network, values, inputs);
      for (const layer of network.layers) {
        const weights = values.get(layer.kernel)!;
        const candidates = [...weights.keys()].filter(
          (index) => weights[index] !== 0 && !inert.get(layer.kernel)![index],
        );
        for (let draw = 0; draw < Math.min(6, candidates.length); draw++) {
          const index = candidates[integer(candidates.length, random)]!;
          const removed = new Map(values).set(layer.kernel, weights.with(index, 0));
          const after = outputs(network, removed, inputs);
          expect(
            after.some((logit, place) => logit !== before[place]),
            `weight ${index} of ${layer.name} in network ${number}`,
          ).toBe(true);
          active++;
        }
      }
    }
    expect(active).toBeGreaterThan(500);
  });
});

describe('rule by rule', () => {
  /** conv a (2 channels) → [bn] → [relu] → pointwise b (2) → pool → fc, all weights 1, no decay of anything. */
  function chain({ norm = true, relu = true } = {}): Net {
    const network = new NetworkBuilder('chain', [4, 4, 1], 2, RANGE).conv('a', 2, 3);
    if (norm) network.batchNorm('n');
    if (relu) network.relu('r');
    const description = network.conv('b', 2, 1).globalAveragePool('pool').dense('fc', 2).build();
    return withOnes(description);
  }

  test('in a whole network nothing is inert', () => {
    for (const layer of ['a', 'b', 'fc'])
      expect(inertness(chain(), layer)).toMatchObject({ outputBlocked: [0, 0], outputZero: [0, 0] });
    expect(inertness(chain(), 'a').inputZero).toEqual([0]);
    expect(inertness(chain(), 'b').inputZero).toEqual([0, 0]);
  });

  test('all outgoing weights pruned: the channel reaches nothing', () => {
    const net = chain();
    setInput(net, 'b', 1, 0);
    expect(inertness(net, 'a').outputBlocked).toEqual([0, 1]);
    expect(inertness(net, 'b').inputZero).toEqual([0, 0]);
  });

  test('it is followed backwards through layers', () => {
    const net = chain();
    setInput(net, 'fc', 0, 0);
    setInput(net, 'fc', 1, 0);
    expect(inertness(net, 'fc').outputBlocked).toEqual([0, 0]);
    expect(inertness(net, 'b').outputBlocked).toEqual([1, 1]);
    expect(inertness(net, 'a').outputBlocked).toEqual([1, 1]);
  });

  test('all incoming weights pruned, nothing added: the channel is zero, and what reads it is inert', () => {
    const net = chain({ norm: false });
    setOutput(net, 'a', 0, 0);
    expect(inertness(net, 'a').outputZero).toEqual([1, 0]);
    expect(inertness(net, 'b').inputZero).toEqual([1, 0]);
  });

  test('all incoming weights pruned, and batch norm makes it another constant: what reads it is not inert', () => {
    const net = chain();
    setOutput(net, 'a', 0, 0);
    net.values.get('n.beta')![0] = 0.25;
    expect(inertness(net, 'a').outputZero).toEqual([1, 0]);
    expect(inertness(net, 'b').inputZero).toEqual([0, 0]);
  });

  test('… unless ReLU takes the constant away', () => {
    const net = chain();
    setOutput(net, 'a', 0, 0);
    // Standardised, a zero of mean 0.5 and variance 1 is −0.5.
    net.values.get('n.mean')![0] = 0.5;
    net.values.get('n.beta')![0] = 0.25;
    expect(inertness(net, 'b').inputZero).toEqual([1, 0]);
    expect(inertness(net, 'a').outputBlocked).toEqual([1, 0]);
  });

  test('a bias keeps a channel from being zero, whose weights are all pruned', () => {
    const network = new NetworkBuilder('dense', [2, 2, 1], 2, RANGE)
      .dense('h', 3)
      .relu('r')
      .dense('fc', 2)
      .build();
    const net = withOnes(network);
    setOutput(net, 'h', 0, 0);
    setOutput(net, 'h', 1, 0);
    setOutput(net, 'h', 2, 0);
    net.values.get('h.bias')!.set([0.1, 0, -0.1]);
    expect(inertness(net, 'fc').inputZero).toEqual([0, 1, 1]);
    expect(inertness(net, 'h').outputBlocked).toEqual([0, 1, 1]);
  });

  test.each([
    ['β > 0', 0.5, 1, 0],
    ['β = 0', 0, 1, 1],
    ['β < 0', -0.5, 1, 1],
  ])(
    'γ = 0 and %s: what feeds it is inert, what reads it only where ReLU gives zero',
    (_, beta, blocked, zero) => {
      const net = chain();
      net.values.get('n.gamma')![1] = 0;
      net.values.get('n.beta')![1] = beta;
      expect(inertness(net, 'a').outputBlocked).toEqual([0, blocked]);
      expect(inertness(net, 'b').inputZero).toEqual([0, zero]);
    },
  );

  test('γ = 0 and β < 0 without ReLU: a constant', () => {
    const net = chain({ relu: false });
    net.values.get('n.gamma')![1] = 0;
    net.values.get('n.beta')![1] = -0.5;
    expect(inertness(net, 'a').outputBlocked).toEqual([0, 1]);
    expect(inertness(net, 'b').inputZero).toEqual([0, 0]);
  });

  test('a ReLU below its greatest possible input never fires; above, nothing is proved', () => {
    // Nine weights of 1 over pixels of at most 2: at most 18; at least −4.5. Batch norm has no part (variance 1 − ε).
    const net = chain();
    net.values.get('n.variance')!.fill(1 - 1e-5);
    const blocked = (beta: number): number[] => {
      net.values.get('n.beta')!.set([beta, 0]);
      return inertness(net, 'a').outputBlocked;
    };
    expect(blocked(-18.01)).toEqual([1, 0]);
    expect(blocked(-17.99)).toEqual([0, 0]);
    expect(inertness(net, 'b').inputZero).toEqual([0, 0]);
    blocked(-18.01);
    expect(inertness(net, 'b').inputZero).toEqual([1, 0]);
    // By weights of −1 at most 4.5, where γ < 0 mirrors that to 18.
    setOutput(net, 'a', 0, -1);
    expect(blocked(-4.51)).toEqual([1, 0]);
    expect(blocked(-4.49)).toEqual([0, 0]);
    net.values.get('n.gamma')![0] = -1;
    expect(blocked(-17.99)).toEqual([0, 0]);
  });

  test('the bound holds where padding or removal takes terms away', () => {
    // Pixels of 1 … 2: whole, the sum of weights 1 and −1 could not exceed 1; at a border it can, by the first alone.
    const network = new NetworkBuilder('edge', [3, 3, 1], 2, { minimum: 1, maximum: 2 })
      .conv('a', 1, 3, { bias: true })
      .relu('r')
      .globalAveragePool('pool')
      .dense('fc', 2)
      .build();
    const net = withOnes(network);
    const { values } = net;
    values.get('a.weight')!.fill(0).set([1, 0, 0, 0, 0, 0, 0, 0, -1]);
    values.get('a.bias')![0] = -1.5;
    expect([...findInert(network, values).get('a')!.outputBlocked]).toEqual([0]);
    expect(logitsOf(network, values, new Float32Array(9).fill(2))[0]).toBeGreaterThan(0);
    values.get('a.bias')![0] = -2.1;
    expect([...findInert(network, values).get('a')!.outputBlocked]).toEqual([1]);
  });

  test('a flattened channel matters when any of its places does', () => {
    const network = new NetworkBuilder('flat', [2, 2, 1], 2, RANGE).conv('a', 2, 1).dense('fc', 2).build();
    const net = withOnes(network);
    const { values } = net;
    setInput(net, 'fc', 1, 0);
    expect([...findInert(network, values).get('a')!.outputBlocked]).toEqual([0, 0]);
    for (const place of [3, 5, 7]) setInput(net, 'fc', place, 0);
    expect([...findInert(network, values).get('a')!.outputBlocked]).toEqual([0, 1]);
    expect([...findInert(network, values).get('fc')!.inputZero]).toEqual(new Array(8).fill(0));
  });

  test('a depthwise kernel that is all pruned frees what feeds and what reads its channel', () => {
    const network = new NetworkBuilder('depthwise', [4, 4, 1], 2, RANGE)
      .conv('a', 3, 3)
      .batchNorm('an')
      .relu('ar')
      .depthwise('d', 3)
      .batchNorm('dn')
      .relu('dr')
      .conv('p', 2, 1)
      .globalAveragePool('pool')
      .dense('fc', 2)
      .build();
    const net = withOnes(network);
    setOutput(net, 'd', 1, 0);
    net.values.get('dn.beta')!.fill(-0.01);
    expect(inertness(net, 'a').outputBlocked).toEqual([0, 1, 0]);
    expect(inertness(net, 'd').outputZero).toEqual([0, 1, 0]);
    expect(inertness(net, 'p').inputZero).toEqual([0, 1, 0]);
  });

  test('a bound that is no number proves nothing', () => {
    const net = chain();
    net.values.get('n.beta')![0] = NaN;
    expect(inertness(net, 'a').outputBlocked).toEqual([0, 0]);
    expect(inertness(net, 'b').inputZero).toEqual([0, 0]);
  });
});
