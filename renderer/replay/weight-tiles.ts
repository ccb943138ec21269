/** Counts of weights by state in square tiles of a matrix; what is in none of the three is active. */
export interface Tiles {
  side: number;
  rows: number;
  columns: number;
  pruned: Uint16Array;
  shed: Uint16Array;
  inert: Uint16Array;
}

const SIDE = 4;
/** Each level's tiles are as many of the level before across. */
const GROWTH = 4;
const SIDES = [4, 16, 64];
const ONES = Uint8Array.from({ length: 16 }, (_, nibble) => nibble.toString(2).replaceAll('0', '').length);

/** Tiles of 4, 16 and 64 weights a side, counted from the bit planes of a matrix. */
export function buildTiles(
  pruned: Uint8Array,
  shed: Uint8Array,
  inert: Uint8Array,
  rows: number,
  columns: number,
): Tiles[] {
  const levels = [finest(pruned, shed, inert, rows, columns)];
  while (levels.length < SIDES.length) levels.push(coarser(levels.at(-1)!));
  return levels;
}

function empty(side: number, rows: number, columns: number): Tiles {
  const size = rows * columns;
  return {
    side,
    rows,
    columns,
    pruned: new Uint16Array(size),
    shed: new Uint16Array(size),
    inert: new Uint16Array(size),
  };
}

function finest(
  pruned: Uint8Array,
  shed: Uint8Array,
  inert: Uint8Array,
  rows: number,
  columns: number,
): Tiles {
  const tiles = empty(SIDE, Math.ceil(rows / SIDE), Math.ceil(columns / SIDE));
  for (let row = 0; row < rows; row += 1) {
    const line = Math.floor(row / SIDE) * tiles.columns;
    for (let tile = 0; tile < tiles.columns; tile += 1) {
      const first = row * columns + tile * SIDE;
      const within = (1 << Math.min(SIDE, columns - tile * SIDE)) - 1;
      const at = first >> 3;
      const shift = first & 7;
      // Four bits may lie across two bytes; past the end there are none.
      const p = ((pruned[at]! | ((pruned[at + 1] ?? 0) << 8)) >> shift) & within;
      const s = ((shed[at]! | ((shed[at + 1] ?? 0) << 8)) >> shift) & within & ~p;
      const i = ((inert[at]! | ((inert[at + 1] ?? 0) << 8)) >> shift) & within & ~p & ~s;
      if (p !== 0) tiles.pruned[line + tile]! += ONES[p]!;
      if (s !== 0) tiles.shed[line + tile]! += ONES[s]!;
      if (i !== 0) tiles.inert[line + tile]! += ONES[i]!;
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
