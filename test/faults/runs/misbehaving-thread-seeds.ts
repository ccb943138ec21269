/** How a run's thread goes wrong, by the run's seed. */
export const SEEDS = { well: 0, throws: 1, exits: 2, swells: 3, deaf: 4 } as const;
