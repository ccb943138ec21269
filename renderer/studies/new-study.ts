/** What a new study begins as: the least that can be started. */
export const NEW_STUDY = `study: new-study
seeds: [0]
shared:
  dataset: { name: mnist }
  model: { name: lenet-300-100 }
  batchSize: 64
  epochs: 5
  optimizer: { name: sgd }
  learningRate: { name: constant, rate: 0.1 }
arms:
  - name: dense
`;
