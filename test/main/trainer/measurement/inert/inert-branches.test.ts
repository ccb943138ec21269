import { describe, expect, test } from 'vitest';
import { NetworkBuilder } from '../../../../../main/trainer/network/builder.ts';
import { inertness, setInput, setOutput, withOnes, type Net } from '../../../../common/cascade/hand-made.ts';
import { RANGE } from '../../../../common/cascade/random-networks.ts';

const builder = (name: string, channels = 1): NetworkBuilder =>
  new NetworkBuilder(name, [4, 4, channels], 2, RANGE);
const finish = (net: NetworkBuilder): Net => withOnes(net.globalAveragePool('pool').dense('fc', 2).build());

describe('residual adds', () => {
  /** stem (2) → [a → an → ar → b → bn] + stem → relu → pool → fc */
  function block(): Net {
    const net = builder('residual').conv('stem', 2, 3).relu('stem-relu');
    const entry = net.cursor;
    net
      .conv('a', 3, 3)
      .batchNorm('an')
      .relu('ar')
      .conv('b', 2, 3)
      .batchNorm('bn')
      .add('sum', entry)
      .relu('r');
    return finish(net);
  }

  test('whole, nothing is inert', () => {
    for (const layer of ['stem', 'a', 'b', 'fc']) {
      const found = inertness(block(), layer);
      expect([...found.inputZero, ...found.outputBlocked], layer).not.toContain(1);
    }
  });

  test.each([0, 0.5, -0.5])(
    'γ = 0 at its end and β = %d: the branch is dead, the shortcut is not',
    (beta) => {
      const net = block();
      net.values.get('bn.gamma')!.fill(0);
      net.values.get('bn.beta')!.fill(beta);
      expect(inertness(net, 'b').outputBlocked).toEqual([1, 1]);
      expect(inertness(net, 'a').outputBlocked).toEqual([1, 1, 1]);
      expect(inertness(net, 'stem').outputBlocked).toEqual([0, 0]);
      expect(inertness(net, 'fc').inputZero).toEqual([0, 0]);
    },
  );

  test('a channel that one branch does not feed is zero only when no branch does', () => {
    const net = block();
    setOutput(net, 'b', 1, 0);
    expect(inertness(net, 'fc').inputZero).toEqual([0, 0]);
    setOutput(net, 'stem', 1, 0);
    expect(inertness(net, 'fc').inputZero).toEqual([0, 1]);
    expect(inertness(net, 'a').inputZero).toEqual([0, 1]);
    net.values.get('bn.beta')![1] = 0.1;
    expect(inertness(net, 'fc').inputZero).toEqual([0, 0]);
    net.values.get('bn.beta')![1] = -0.1;
    expect(inertness(net, 'fc').inputZero).toEqual([0, 1]);
  });

  test('what nothing reads behind the add is blocked in all branches, save where a branch reads it itself', () => {
    const net = block();
    setInput(net, 'fc', 1, 0);
    expect(inertness(net, 'b').outputBlocked).toEqual([0, 1]);
    expect(inertness(net, 'stem').outputBlocked).toEqual([0, 0]);
    setInput(net, 'a', 1, 0);
    expect(inertness(net, 'stem').outputBlocked).toEqual([0, 1]);
    expect(inertness(net, 'a').outputBlocked).toEqual([0, 0, 0]);
  });

  test('a ReLU behind the add never fires only when the sum of the greatest is below zero', () => {
    // The stem gives at most 9 · 2 = 18, and β takes away more or less than that.
    const net = block();
    net.values.get('bn.gamma')![0] = 0;
    net.values.get('bn.beta')![0] = -17.9;
    expect(inertness(net, 'fc').inputZero).toEqual([0, 0]);
    net.values.get('bn.beta')![0] = -18.1;
    expect(inertness(net, 'fc').inputZero).toEqual([1, 0]);
    expect(inertness(net, 'stem').outputBlocked).toEqual([0, 0]);
    setInput(net, 'a', 0, 0);
    expect(inertness(net, 'stem').outputBlocked).toEqual([1, 0]);
  });

  test('the bounds of all the inputs add, also of one that comes twice', () => {
    const net = builder('twice').conv('a', 1, 1).relu('r');
    net.add('sum', net.cursor, net.cursor).batchNorm('n').relu('last');
    const three = finish(net);
    three.values.get('n.variance')!.fill(1 - 1e-5);
    three.values.get('n.beta')!.fill(-5.99);
    expect(inertness(three, 'fc').inputZero).toEqual([0]);
    three.values.get('n.beta')!.fill(-6.01);
    expect(inertness(three, 'fc').inputZero).toEqual([1]);
  });
});

describe('option-A shortcuts', () => {
  /** a (2) → shortcut (5 channels, the input’s are 1 and 2) → b (1 × 1, 2) → pool → fc */
  function padded(): Net {
    return finish(builder('padded').conv('a', 2, 3).shortcut('s', 5, 2).conv('b', 2, 1));
  }

  test('the padding is constant zero', () => {
    expect(inertness(padded(), 'b').inputZero).toEqual([1, 0, 0, 1, 1]);
    const net = padded();
    setOutput(net, 'a', 0, 0);
    expect(inertness(net, 'b').inputZero).toEqual([1, 1, 0, 1, 1]);
  });

  test('a channel is blocked when its shifted one is', () => {
    const net = padded();
    setInput(net, 'b', 1, 0);
    expect(inertness(net, 'a').outputBlocked).toEqual([1, 0]);
    const other = padded();
    setInput(other, 'b', 0, 0);
    setInput(other, 'b', 2, 0);
    expect(inertness(other, 'a').outputBlocked).toEqual([0, 1]);
  });
});

describe('squeeze-and-excite', () => {
  /** a (2, ReLU) → squeeze → reduce (2, ReLU) → expand (2) → hard-sigmoid; scale → b (1 × 1) → pool → fc */
  function excited(): Net {
    const net = builder('excited').conv('a', 2, 3).batchNorm('an').relu('ar');
    const features = net.cursor;
    net.globalAveragePool('squeeze', { keepSpatial: true });
    net.conv('reduce', 2, 1, { bias: true }).relu('reduce-relu').conv('expand', 2, 1, { bias: true });
    return finish(net.activation('gate', 'hard-sigmoid').scale('scale', features).conv('b', 2, 1));
  }

  /** The squeezed are at most 18 (1 + a little for batch norm), reduced 36, expanded 72. */
  const FAR = 80;

  test('whole, nothing is inert', () => {
    for (const layer of ['a', 'reduce', 'expand', 'b']) {
      const found = inertness(excited(), layer);
      expect([...found.inputZero, ...found.outputBlocked], layer).not.toContain(1);
    }
  });

  test('behind a closed gate features are zero; they matter only to the squeeze', () => {
    const net = excited();
    net.values.get('expand.bias')![1] = -FAR;
    expect(inertness(net, 'b').inputZero).toEqual([0, 1]);
    expect(inertness(net, 'expand').outputBlocked).toEqual([0, 1]);
    expect(inertness(net, 'a').outputBlocked).toEqual([0, 0]);
    setInput(net, 'reduce', 1, 0);
    expect(inertness(net, 'a').outputBlocked).toEqual([0, 1]);
  });

  test('the gate of features that are constant zero is free', () => {
    const net = excited();
    net.values.get('an.gamma')![0] = 0;
    expect(inertness(net, 'expand').outputBlocked).toEqual([1, 0]);
    expect(inertness(net, 'reduce').inputZero).toEqual([1, 0]);
    expect(inertness(net, 'b').inputZero).toEqual([1, 0]);
    net.values.get('an.beta')![0] = 0.1;
    expect(inertness(net, 'expand').outputBlocked).toEqual([0, 0]);
  });

  test('a gate that is always open frees what feeds it, and not the features', () => {
    const net = excited();
    net.values.get('expand.bias')!.set([3.1, 2.9]);
    expect(inertness(net, 'expand').outputBlocked).toEqual([1, 0]);
    net.values.get('expand.bias')!.fill(3.1);
    expect(inertness(net, 'reduce').outputBlocked).toEqual([1, 1]);
    expect(inertness(net, 'a').outputBlocked).toEqual([0, 0]);
    expect(inertness(net, 'b').inputZero).toEqual([0, 0]);
  });

  test('a gate whose weights are all pruned stays half open', () => {
    const net = excited();
    setOutput(net, 'expand', 0, 0);
    expect(inertness(net, 'b').inputZero).toEqual([0, 0]);
    net.values.get('expand.bias')![0] = -3;
    expect(inertness(net, 'b').inputZero).toEqual([0, 0]);
    net.values.get('expand.bias')![0] = -3.001;
    expect(inertness(net, 'b').inputZero).toEqual([1, 0]);
  });
});

describe('activations', () => {
  /** a (1 × 1 of weight 1: −0.5 … 2, and the bias) → activation → b → pool → fc */
  function activated(kind: Parameters<NetworkBuilder['activation']>[1], bias: number): Net {
    const net = finish(
      builder('act').conv('a', 1, 1, { bias: true }).activation('act', kind).conv('b', 1, 1),
    );
    net.values.get('a.bias')!.fill(bias);
    return net;
  }

  test.each([
    ['relu', -2.01, 1, 1],
    ['relu', -1.99, 0, 0],
    ['relu6', -2.01, 1, 1],
    ['relu6', -1.99, 0, 0],
    ['relu6', 6.51, 1, 0],
    ['relu6', 6.49, 0, 0],
    // Removed, the weight leaves the bias alone: that has to be saturated, too.
    ['relu6', 5.9, 0, 0],
    ['hard-sigmoid', -5.01, 1, 1],
    ['hard-sigmoid', -4.99, 0, 0],
    ['hard-sigmoid', 3.51, 1, 0],
    ['hard-sigmoid', 3.49, 0, 0],
    ['hard-swish', -5.01, 1, 1],
    ['hard-swish', -4.99, 0, 0],
    ['hard-swish', 100, 0, 0],
    ['sigmoid', -500, 0, 0],
    ['sigmoid', 500, 0, 0],
    ['swish', -500, 0, 0],
  ] as const)('%s of a bias of %d: blocked %i, zero %i', (kind, bias, blocked, zero) => {
    expect(inertness(activated(kind, bias), 'a').outputBlocked).toEqual([blocked]);
    expect(inertness(activated(kind, bias), 'b').inputZero).toEqual([zero]);
  });

  test('saturation has to hold without the weights, too', () => {
    // Pixels of 1 … 2: with its weights at least 6.5, without them 4.5.
    const net = new NetworkBuilder('bright', [4, 4, 2], 2, { minimum: 1, maximum: 2 });
    const bright = finish(net.conv('a', 1, 1, { bias: true }).activation('act', 'relu6'));
    bright.values.get('a.bias')!.fill(4.5);
    expect(inertness(bright, 'a').outputBlocked).toEqual([0]);
    bright.values.get('a.bias')!.fill(6.01);
    expect(inertness(bright, 'a').outputBlocked).toEqual([1]);
  });

  test.each([
    ['relu', 1],
    ['relu6', 1],
    ['hard-swish', 1],
    ['swish', 1],
    ['hard-sigmoid', 0],
    ['sigmoid', 0],
  ] as const)('%s of zero is zero: %i', (kind, zero) => {
    const net = activated(kind, 0);
    setOutput(net, 'a', 0, 0);
    expect(inertness(net, 'b').inputZero).toEqual([zero]);
  });

  test('hard-swish is at least −0.375, swish a little more than −0.279', () => {
    const blocked = (kind: 'hard-swish' | 'swish', bias: number): number[] => {
      const net = finish(
        builder('valley').conv('a', 1, 1, { bias: true }).activation('act', kind).batchNorm('n').relu('r'),
      );
      net.values.get('n.variance')!.fill(1 - 1e-5);
      net.values.get('n.gamma')!.fill(-1);
      // Inputs of −2 … 0.5, whose greatest image is at either end, and whose least is between.
      net.values.get('a.bias')!.fill(-1.5);
      net.values.get('n.beta')!.fill(bias);
      return inertness(net, 'a').outputBlocked;
    };
    expect(blocked('hard-swish', -0.374)).toEqual([0]);
    expect(blocked('hard-swish', -0.376)).toEqual([1]);
    expect(blocked('swish', -0.278)).toEqual([0]);
    expect(blocked('swish', -0.279)).toEqual([1]);
  });
});

describe('groups', () => {
  /** a (4) → convolution of 2 groups, 2 → 1 channels each → pool → fc */
  const grouped = (): Net => finish(builder('grouped').conv('a', 4, 1).conv('g', 2, 3, { groups: 2 }));

  test('a group reads its own channels alone', () => {
    const net = grouped();
    setInput(net, 'fc', 1, 0);
    expect(inertness(net, 'g').outputBlocked).toEqual([0, 1]);
    expect(inertness(net, 'a').outputBlocked).toEqual([0, 0, 1, 1]);
    const other = grouped();
    setOutput(other, 'a', 0, 0);
    setOutput(other, 'a', 1, 0);
    expect(inertness(other, 'g')).toMatchObject({ inputZero: [1, 1, 0, 0], outputZero: [1, 0] });
  });

  test('one of the weights that read a channel is enough', () => {
    const net = grouped();
    setOutput(net, 'g', 0, 0);
    expect(inertness(net, 'a').outputBlocked).toEqual([1, 1, 0, 0]);
    // [3, 3, 2, 2]: the centre of input 1 of the first group.
    net.values.get('g.weight')![(4 * 2 + 1) * 2] = 1;
    expect(inertness(net, 'a').outputBlocked).toEqual([1, 0, 0, 0]);
  });

  test('a depthwise channel of two kernels matters while either does', () => {
    const net = finish(builder('multiplied').conv('a', 2, 1).depthwise('d', 3, { multiplier: 2 }));
    setInput(net, 'fc', 2, 0);
    expect(inertness(net, 'a').outputBlocked).toEqual([0, 0]);
    setInput(net, 'fc', 3, 0);
    expect(inertness(net, 'a').outputBlocked).toEqual([0, 1]);
    setOutput(net, 'a', 0, 0);
    expect(inertness(net, 'd').outputZero).toEqual([1, 1, 0, 0]);
  });
});

describe('pooling', () => {
  /** a (1 × 1, pixels of 1 … 2) → pool → bias of b → ReLU */
  function pooled(pool: (net: NetworkBuilder) => NetworkBuilder, bias: number): number[] {
    const net = new NetworkBuilder('pooled', [4, 4, 1], 2, { minimum: 1, maximum: 2 });
    pool(net).batchNorm('n').relu('r').conv('b', 1, 1);
    const made = finish(net);
    made.values.get('n.variance')!.fill(1 - 1e-5);
    made.values.get('n.gamma')!.fill(-1);
    made.values.get('n.beta')!.fill(bias);
    return inertness(made, 'b').inputZero;
  }

  test('an average that counts zeros of padding can be zero, a maximum cannot', () => {
    expect(pooled((net) => net.averagePool('p', 2, { padding: 1 }), 0.9)).toEqual([0]);
    expect(pooled((net) => net.averagePool('p', 2), 0.99)).toEqual([1]);
    expect(pooled((net) => net.averagePool('p', 2), 1.01)).toEqual([0]);
    expect(pooled((net) => net.maxPool('p', 2, { padding: 1 }), 0.99)).toEqual([1]);
    expect(pooled((net) => net.maxPool('p', 2, { padding: 1 }), 1.01)).toEqual([0]);
  });

  test.each(['max', 'average'])('zero and blocked channels go through %s pooling and dropout', (kind) => {
    const net = builder('through').conv('a', 3, 1);
    if (kind === 'max') net.maxPool('p', 3, { padding: 1 });
    else net.averagePool('p', 3, { padding: 1 });
    const made = finish(net.dropout('drop', 0.5).conv('b', 1, 1));
    setOutput(made, 'a', 0, 0);
    setInput(made, 'b', 2, 0);
    expect(inertness(made, 'b').inputZero).toEqual([1, 0, 0]);
    expect(inertness(made, 'a').outputBlocked).toEqual([0, 0, 1]);
  });
});
