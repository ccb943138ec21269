/** How a matrix lies in its pane: device pixels a weight, and the weight at the left and the top edge. */
export interface MatrixView {
  scale: number;
  left: number;
  top: number;
}

/** A matrix on the screen: `across` weights wide and `down` high. The longer side lies across. */
export interface MatrixFrame {
  across: number;
  down: number;
  /** The outputs (columns of the kernel) lie down instead of across. */
  transposed: boolean;
}

export const LARGEST_SCALE = 48;

export function frameOf(rows: number, columns: number): MatrixFrame {
  return rows > columns
    ? { across: rows, down: columns, transposed: true }
    : { across: columns, down: rows, transposed: false };
}

/** The whole matrix, centred. */
export function fitView(frame: MatrixFrame, width: number, height: number): MatrixView {
  const scale = Math.min(width / frame.across, height / frame.down, LARGEST_SCALE / 2);
  return clampView({ scale, left: 0, top: 0 }, frame, width, height);
}

/** Keeps the matrix in sight: centred where it is smaller than the pane, within its edges where it is larger. */
export function clampView(view: MatrixView, frame: MatrixFrame, width: number, height: number): MatrixView {
  const least = Math.min(width / frame.across, height / frame.down, LARGEST_SCALE / 2);
  const scale = Math.min(LARGEST_SCALE, Math.max(least, view.scale));
  return {
    scale,
    left: clampEdge(view.left, frame.across, width / scale),
    top: clampEdge(view.top, frame.down, height / scale),
  };
}

function clampEdge(edge: number, size: number, visible: number): number {
  if (visible >= size) return (size - visible) / 2;
  return Math.min(size - visible, Math.max(0, edge));
}

/** Zooms by a factor so that the weight under (x, y) stays under it. */
export function zoomAt(view: MatrixView, factor: number, x: number, y: number): MatrixView {
  const scale = Math.min(LARGEST_SCALE, view.scale * factor);
  return {
    scale,
    left: view.left + x / view.scale - x / scale,
    top: view.top + y / view.scale - y / scale,
  };
}

/** Row and column of the kernel at a point, or null outside. */
export function weightAt(
  view: MatrixView,
  frame: MatrixFrame,
  x: number,
  y: number,
): { row: number; column: number } | null {
  const across = Math.floor(view.left + x / view.scale);
  const down = Math.floor(view.top + y / view.scale);
  if (across < 0 || across >= frame.across || down < 0 || down >= frame.down) return null;
  return frame.transposed ? { row: across, column: down } : { row: down, column: across };
}

/** Where a weight stands in the pane, in device pixels: its corner and its side. */
export function boxOf(
  view: MatrixView,
  frame: MatrixFrame,
  place: { row: number; column: number },
): { x: number; y: number; side: number } {
  const [across, down] = frame.transposed ? [place.row, place.column] : [place.column, place.row];
  return { x: (across - view.left) * view.scale, y: (down - view.top) * view.scale, side: view.scale };
}

/** The weight beside one as they lie on the screen, no further than the edges. */
export function weightBeside(
  frame: MatrixFrame,
  place: { row: number; column: number },
  across: number,
  down: number,
): { row: number; column: number } {
  const [x, y] = frame.transposed ? [place.row, place.column] : [place.column, place.row];
  const nextX = Math.max(0, Math.min(frame.across - 1, x + across));
  const nextY = Math.max(0, Math.min(frame.down - 1, y + down));
  return frame.transposed ? { row: nextX, column: nextY } : { row: nextY, column: nextX };
}
