import { underIdea } from './ideas.ts';
import { defineMeasure } from './measure.ts';
import { parametersLeft } from './stored.ts';

export const parameters = defineMeasure({
  id: 'parameters',
  column: 'parameters',
  title: 'Parameters',
  unit: 'count',
  definition: 'All that is trained: kernels, biases, γ and β. Running statistics are not.',
  better: 'lower',
  logarithmic: true,
  each: 'idea',
  stored: { epoch: parametersLeft },
  epoch: ({ epoch }, idea) => underIdea(epoch.costs, idea)?.parameters ?? null,
});
