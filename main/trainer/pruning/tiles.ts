import * as z from 'zod';

/**
 * A kernel cut into tiles that are pruned as one: the flat kernel is read as a matrix [rows, columns], and tiles of
 * `tileRows` × `tileColumns` cover it from its first corner, smaller ones at the far edges. Filters, kernels, blocks and
 * groups of inputs are all such tiles of one matrix or another. Tiles are numbered row by row.
 */
export interface Tiling {
  rows: number;
  columns: number;
  tileRows: number;
  tileColumns: number;
}

export const AGGREGATES = ['mean', 'sum', 'l2'] as const;
/** How the scores of a unit's kept weights become the score of the unit: mean Σs/n, sum Σs, or l2 √Σs². */
export type Aggregate = (typeof AGGREGATES)[number];

export const aggregateOption = z
  .enum(AGGREGATES)
  .default('mean')
  .describe(
    'How the scores of the kept weights of a unit become its own: their mean, sum, or Euclidean norm (l2).',
  );

export interface Tiles {
  /** One for each tile; 0 where nothing is kept. */
  scores: Float32Array<ArrayBuffer>;
  /** Kept weights of each tile. */
  kept: Uint32Array<ArrayBuffer>;
}

export function tileCount({ rows, columns, tileRows, tileColumns }: Tiling): number {
  return Math.ceil(rows / tileRows) * Math.ceil(columns / tileColumns);
}

/** Weights of a tile where all tiles have as many, else null. */
export function tileSize({ rows, columns, tileRows, tileColumns }: Tiling): number | null {
  const high = Math.min(rows, tileRows);
  const wide = Math.min(columns, tileColumns);
  return rows % high === 0 && columns % wide === 0 ? high * wide : null;
}

/** Weights of the largest tile, which is that at the first corner. */
export function largestTile({ rows, columns, tileRows, tileColumns }: Tiling): number {
  return Math.min(rows, tileRows) * Math.min(columns, tileColumns);
}

/** Scores of the tiles by those of their kept weights, and how many these are. */
export function scoreTiles(
  tiling: Tiling,
  scores: Float32Array,
  mask: Uint8Array,
  aggregate: Aggregate,
): Tiles {
  const count = tileCount(tiling);
  const kept = new Uint32Array(count);
  const sums = new Float64Array(count);
  const squared = aggregate === 'l2';
  walk(tiling, (tile, from, to) => {
    for (let index = from; index < to; index++)
      if (mask[index]) {
        const score = scores[index]!;
        kept[tile]!++;
        sums[tile]! += squared ? score * score : score;
      }
  });
  const result = new Float32Array(count);
  for (let tile = 0; tile < count; tile++) result[tile] = aggregated(aggregate, sums[tile]!, kept[tile]!);
  return { scores: result, kept };
}

/** The score of `count` weights of the given sum, of their squares for l2; 0 of none. */
export function aggregated(aggregate: Aggregate, sum: number, count: number): number {
  if (count === 0) return 0;
  return aggregate === 'l2' ? Math.sqrt(sum) : aggregate === 'mean' ? sum / count : sum;
}

/** The mask without the marked tiles. */
export function withoutTiles(tiling: Tiling, mask: Uint8Array, marked: Uint8Array): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(mask);
  walk(tiling, (tile, from, to) => {
    if (marked[tile]) for (let index = from; index < to; index++) result[index] = 0;
  });
  return result;
}

/** Calls for every run of consecutive weights of one tile, in the order of the kernel. */
function walk(
  { rows, columns, tileRows, tileColumns }: Tiling,
  visit: (tile: number, from: number, to: number) => void,
): void {
  const across = Math.ceil(columns / tileColumns);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    let tile = Math.floor(row / tileRows) * across;
    for (let column = 0; column < columns; column += tileColumns)
      visit(tile++, start + column, start + Math.min(column + tileColumns, columns));
  }
}
