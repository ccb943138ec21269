import type { Component } from 'vue';
import AskGallery from '../ask/AskGallery.vue';
import FiguresGallery from '../figures/FiguresGallery.vue';
import ReplayGallery from '../replay/ReplayGallery.vue';
import TimeGallery from '../replay/TimeGallery.vue';
import RunGallery from '../run/RunGallery.vue';
import RunsGallery from '../runs/RunsGallery.vue';
import StudiesGallery from '../studies/StudiesGallery.vue';
import WorkspaceGallery from '../workspace/WorkspaceGallery.vue';
import UiGallery from '../ui/UiGallery.vue';
import ChartsGallery from '../ui/charts/ChartsGallery.vue';

/** What the gallery shows beside whole windows: the parts of each room in their states. */
export const PARTS: readonly { title: string; part: Component }[] = [
  { title: 'States, marks, controls, notes', part: UiGallery },
  { title: 'Figures: each state in the list, the page, every option', part: FiguresGallery },
  { title: 'List of runs: each state, no control, long names', part: RunsGallery },
  {
    title: 'Tables of a run: layers, classes beside a control and alone, events, facts, nothing yet',
    part: RunGallery,
  },
  {
    title:
      'Map of channels: active, each state, partial, not read yet; one weight over the epochs, and none yet',
    part: ReplayGallery,
  },
  {
    title: 'Time: tracks whole, in part, coarse and half read; ranges, events, bookmarks',
    part: TimeGallery,
  },
  {
    title: 'Charts: usual, logarithmic, one point, nothing, cuts, the initial state, gaps, steps, compact',
    part: ChartsGallery,
  },
  { title: 'Imports: sending, looked at, taking, done, refused, none', part: WorkspaceGallery },
  { title: 'Answers of queries: a table, a chart, no numbers, nothing', part: AskGallery },
  {
    title: 'Studies of one’s own: a few, many; changed and kept, kept nowhere, unchanged',
    part: StudiesGallery,
  },
];
