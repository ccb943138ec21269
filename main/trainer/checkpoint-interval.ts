/** Networks of at most this many parameters keep the weights of every epoch. */
const SMALL_NETWORK = 1_000_000;

/** Epochs between two checkpoints of a network of so many parameters, unless its study says otherwise. */
export function checkpointInterval(parameters: number): number {
  return parameters <= SMALL_NETWORK ? 1 : 10;
}
