/** What weights are exported as: see `checkpointToPyTorch`. */
export const WEIGHT_FORMATS = ['default', 'plain', 'prune'] as const;
export type WeightFormat = (typeof WEIGHT_FORMATS)[number];
