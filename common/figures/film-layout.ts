import type { FilmLayer } from './data.ts';

/** Where the squares of layers are within a frame, in points from its upper left corner. */
export interface FilmLayout {
  /** Side of a square with the gap around it, and without. */
  pitch: number;
  side: number;
  width: number;
  height: number;
  /** Upper left corner of a square of a layer. */
  at(layer: number, square: number): { x: number; y: number };
}

/** Squares are no larger than this, in points. */
const LARGEST = 9;

/** Channels: layers beside one another from input to output, each filled down its columns, with squares as large as the room allows. */
export function channelLayout(layers: readonly FilmLayer[], width: number, height: number): FilmLayout {
  for (let pitch = LARGEST; ; pitch *= 0.97) {
    const rows = Math.max(1, Math.floor(height / pitch));
    const gap = Math.min(2.4, pitch * 0.5);
    const columns = layers.map(({ squares }) => Math.ceil(squares / rows));
    const needed = columns.reduce((sum, count) => sum + count * pitch + gap, -gap);
    if (needed > width && pitch > 0.05) continue;
    const starts: number[] = [];
    let x = 0;
    for (const count of columns) {
      starts.push(x);
      x += count * pitch + gap;
    }
    const tallest = Math.min(rows, Math.max(1, ...layers.map(({ squares }) => squares)));
    return {
      pitch,
      side: pitch * 0.88,
      width: Math.max(0, needed),
      height: tallest * pitch,
      at: (layer, square) => ({
        x: (starts[layer] ?? 0) + Math.floor(square / rows) * pitch,
        y: (square % rows) * pitch,
      }),
    };
  }
}

/** The weights of a layer, line by line. */
export function weightLayout(layer: FilmLayer, width: number, height: number): FilmLayout {
  const columns = layer.columns ?? layer.squares;
  const lines = Math.ceil(layer.squares / columns);
  const pitch = Math.min(LARGEST, width / columns, height / lines);
  return {
    pitch,
    side: pitch * (pitch > 2 ? 0.9 : 1),
    width: columns * pitch,
    height: lines * pitch,
    at: (_, square) => ({ x: (square % columns) * pitch, y: Math.floor(square / columns) * pitch }),
  };
}
