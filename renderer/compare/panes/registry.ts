import type { PaneKind } from './pane-kind.ts';
import CurvesPane from './CurvesPane.vue';
import LayersPane from './LayersPane.vue';
import NumbersPane from './NumbersPane.vue';
import OverlapPane from './OverlapPane.vue';
import ParallelPane from './ParallelPane.vue';
import RunMapPane from './RunMapPane.vue';
import TradeOffPane from './TradeOffPane.vue';
import WhoPaysPane from './WhoPaysPane.vue';

/** The kinds of panes, in the order of the menu. */
export const PANES: readonly PaneKind[] = [
  {
    kind: 'curves',
    title: 'Curves',
    description: 'A measure against epochs or any other measure, with the spread over seeds.',
    component: CurvesPane,
    settings: { y: 'testAccuracy', x: 'epoch' },
  },
  {
    kind: 'trade-off',
    title: 'Trade-off',
    description: 'One measure against another at the end of training, a point for each group.',
    component: TradeOffPane,
    settings: { y: 'testAccuracy', x: 'compression(masked)' },
  },
  {
    kind: 'numbers',
    title: 'Numbers',
    description: 'Means of measures, a row for each group.',
    component: NumbersPane,
    settings: {},
  },
  {
    kind: 'parallel',
    title: 'Parallel coordinates',
    description: 'A line for each group through the settings that differ and the measures.',
    component: ParallelPane,
    settings: {},
  },
  {
    kind: 'map',
    title: 'Map of runs',
    description:
      'Trunks, prunings, retrainings and branches as a tree over epochs, coloured by arm or by any measure.',
    component: RunMapPane,
    settings: { color: 'testAccuracy' },
  },
  {
    kind: 'layers',
    title: 'By layer',
    description: 'A measure of every layer against epochs, a small plot each.',
    component: LayersPane,
    settings: { y: 'excess' },
  },
  {
    kind: 'overlap',
    title: 'Overlap of weights',
    description: 'How much of their kept, alive or shed weights any two runs have in common.',
    component: OverlapPane,
    settings: { what: 'kept' },
  },
  {
    kind: 'who-pays',
    title: 'Who pays',
    description:
      'Classes and test images that lose their right answers from one group to another, paired by seed.',
    component: WhoPaysPane,
    settings: {},
  },
];
