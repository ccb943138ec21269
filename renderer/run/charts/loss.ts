import { significant } from '../../format/numbers.ts';
import type { ChartOfRun } from './chart.ts';

export const loss: ChartOfRun = (shown) => ({
  key: 'loss',
  measures: ['testLoss', 'trainLoss'],
  title: 'Loss',
  quantity: 'losses',
  series: [
    ...shown.both('test', (epoch) => epoch.testLoss, { jumpsAlong: shown.jumps.loss }),
    // A mean over the epoch: it ends at no instant, so no event breaks it.
    ...shown.both('training', (epoch) => epoch.trainLoss, { faint: true, jumpsAlong: () => [] }),
  ],
  format: significant,
  trained: true,
  log: 'off',
});
