import type { Component } from 'vue';
import ReplayGallery from '../replay/ReplayGallery.vue';
import StudiesGallery from '../studies/StudiesGallery.vue';
import UiGallery from '../ui/UiGallery.vue';
import ChartsGallery from '../ui/charts/ChartsGallery.vue';

/** What the gallery shows beside whole windows: the parts of each room in their states. */
export const PARTS: readonly { title: string; part: Component }[] = [
  { title: 'States, marks, controls, notes', part: UiGallery },
  { title: 'Map of channels: active, each state, partial, not read yet', part: ReplayGallery },
  {
    title: 'Charts: usual, logarithmic, one point, nothing, cuts, the initial state, gaps, steps, compact',
    part: ChartsGallery,
  },
  {
    title: 'Studies of one’s own: a few, many; changed and kept, kept nowhere, unchanged',
    part: StudiesGallery,
  },
];
