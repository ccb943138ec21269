import { onBeforeUnmount, ref } from 'vue';
import type { Ref } from 'vue';
import { colorOf } from '../theme.ts';
import type { PlacedLine, PlotView } from './lines.ts';
import { paint } from './paint.ts';

/** Painting gives way to the page after so long. */
const TURN_MS = 7;
/** Lines that are drawn before the time is looked at. */
const LINES_AT_ONCE = 8;
/** While the view moves, the picture moves along; it is painted anew once it has rested so long. */
const REST_MS = 60;

export interface Painted {
  canvas: Readonly<Ref<HTMLCanvasElement | null>>;
  size: Readonly<Ref<{ width: number; height: number }>>;
  view: Readonly<Ref<PlotView>>;
  lines: Readonly<Ref<readonly PlacedLine[]>>;
  marked: Readonly<Ref<ReadonlySet<string>>>;
}

/** Paints the lines of a plot in short turns, all of them; until that is done, what was painted last is moved and stretched. */
export function usePainting({ canvas, size, view, lines, marked }: Painted) {
  /** Lines that the canvas shows as they are seen; null while it is stretched, or painted anew. */
  const painted = ref<number | null>(null);
  let turn: Generator<void, void, void> | null = null;
  let request = 0;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let buffer: HTMLCanvasElement | undefined;
  let shown: PlotView = view.value;

  function stretch(): void {
    if (!canvas.value) return;
    const { width, height } = size.value;
    const part = (from: readonly [number, number], to: readonly [number, number]): [number, number] => [
      (from[1] - from[0]) / (to[1] - to[0]),
      (from[0] - to[0]) / (to[1] - to[0]),
    ];
    const [sx, dx] = part(shown.x, view.value.x);
    const [sy, dy] = part(shown.y, view.value.y);
    canvas.value.style.transform = `matrix(${sx}, 0, 0, ${sy}, ${dx * width}, ${height * (1 - sy - dy)})`;
  }

  /** Begins a painting, and goes on with it turn by turn. */
  function begin(): void {
    const { width, height } = size.value;
    if (!canvas.value || width <= 0 || height <= 0) return;
    buffer ??= document.createElement('canvas');
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    buffer.width = Math.round(width * ratio);
    buffer.height = Math.round(height * ratio);
    // What is drawn is put off until it is looked at: read now and then, it takes its time within the turn that drew it.
    const context = buffer.getContext('2d', { willReadFrequently: true });
    if (!context) return;
    const seen = view.value;
    const count = lines.value.length;
    painted.value = null;
    turn = paint(context, {
      lines: lines.value,
      view: seen,
      size: { width, height, ratio },
      colorOf,
      surface: colorOf('--surface-pane'),
      marked: marked.value,
    });
    cancelAnimationFrame(request);
    const go = (): void => {
      const until = performance.now() + TURN_MS;
      for (let line = 1; turn !== null && performance.now() < until; line++) {
        if (turn.next().done === true) turn = null;
        if (line % LINES_AT_ONCE === 0) context.getImageData(0, 0, 1, 1);
      }
      if (turn !== null) {
        request = requestAnimationFrame(go);
        return;
      }
      const target = canvas.value;
      if (!target || !buffer) return;
      target.width = buffer.width;
      target.height = buffer.height;
      target.getContext('2d')?.drawImage(buffer, 0, 0);
      shown = seen;
      stretch();
      if (view.value === seen) painted.value = count;
      else begin();
    };
    // A little is painted in this very frame.
    go();
  }

  /** The view has moved. */
  function follow(): void {
    painted.value = null;
    stretch();
    clearTimeout(waiting);
    waiting = setTimeout(begin, REST_MS);
  }

  onBeforeUnmount(() => {
    cancelAnimationFrame(request);
    clearTimeout(waiting);
  });
  return { painted, begin, follow };
}
