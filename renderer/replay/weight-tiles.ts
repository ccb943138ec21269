/** Of 64 weights and fewer a tile, counts fit a byte. */
type Counts = Uint8Array | Uint16Array;

/** Counts of weights by state in square tiles of a matrix; what is in none of the three is active. */
export interface Tiles {
  side: number;
  rows: number;
  columns: number;
  pruned: Counts;
  shed: Counts;
  inert: Counts;
}

/** Each level's tiles are as many of the level before across. */
const GROWTH = 2;
const LARGEST = 64;
const ONES = Uint8Array.from({ length: 16 }, (_, nibble) => nibble.toString(2).replaceAll('0', '').length);

/** Planes of a matrix whose weight (row, column) is bit row · columns + column. */
export interface BitMatrix {
  pruned: Uint8Array;
  shed: Uint8Array;
  inert: Uint8Array;
  rows: number;
  columns: number;
}

/** Tiles of 4, 8, 16, 32 and 64 weights a side. */
export function buildTiles(matrix: BitMatrix): Tiles[] {
  const levels = [countTiles(matrix, 4)];
  while (levels.at(-1)!.side < LARGEST) levels.push(coarser(levels.at(-1)!));
  return levels;
}

function empty(side: number, rows: number, columns: number): Tiles {
  const counts = (): Counts => new (side <= 8 ? Uint8Array : Uint16Array)(rows * columns);
  return { side, rows, columns, pruned: counts(), shed: counts(), inert: counts() };
}

export function bytesOf(levels: readonly Tiles[]): number {
  return levels.reduce(
    (sum, { pruned, shed, inert }) => sum + pruned.byteLength + shed.byteLength + inert.byteLength,
    0,
  );
}

/** Eight columns at a time: one byte of each plane, from wherever it starts, makes two or four tiles. */
export function countTiles({ pruned, shed, inert, rows, columns }: BitMatrix, side: 2 | 4): Tiles {
  const tiles = empty(side, Math.ceil(rows / side), Math.ceil(columns / side));
  const mask = (1 << side) - 1;
  const perByte = 8 / side;
  for (let row = 0; row < rows; row += 1) {
    let tile = Math.floor(row / side) * tiles.columns;
    for (let column = 0; column < columns; column += 8, tile += perByte) {
      const first = row * columns + column;
      const at = first >> 3;
      const shift = first & 7;
      const within = columns - column >= 8 ? 255 : (1 << (columns - column)) - 1;
      // Past the end of a plane there are no weights: undefined counts as none.
      let p = ((pruned[at]! | (pruned[at + 1]! << 8)) >> shift) & within;
      let s = ((shed[at]! | (shed[at + 1]! << 8)) >> shift) & within & ~p;
      let i = ((inert[at]! | (inert[at + 1]! << 8)) >> shift) & within & ~p & ~s;
      for (let to = tile; (p | s | i) !== 0; to += 1, p >>= side, s >>= side, i >>= side) {
        tiles.pruned[to]! += ONES[p & mask]!;
        tiles.shed[to]! += ONES[s & mask]!;
        tiles.inert[to]! += ONES[i & mask]!;
      }
    }
  }
  return tiles;
}

function coarser(fine: Tiles): Tiles {
  const tiles = empty(fine.side * GROWTH, Math.ceil(fine.rows / GROWTH), Math.ceil(fine.columns / GROWTH));
  for (let row = 0; row < fine.rows; row += 1)
    for (let column = 0; column < fine.columns; column += 1) {
      const from = row * fine.columns + column;
      const to = Math.floor(row / GROWTH) * tiles.columns + Math.floor(column / GROWTH);
      tiles.pruned[to]! += fine.pruned[from]!;
      tiles.shed[to]! += fine.shed[from]!;
      tiles.inert[to]! += fine.inert[from]!;
    }
  return tiles;
}
