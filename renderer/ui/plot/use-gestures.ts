import { ref, shallowRef } from 'vue';
import type { Ref } from 'vue';
import { moved, nearestPoint, zoomed, type NearPoint, type PlacedLine, type PlotView } from './lines.ts';
import { ROOMY } from './scale.ts';

/** A point is meant by the pointer within so many pixels. */
const NEAR = 28;

export interface Gestured {
  /** Whose upper left corner is that of the plot's holder, and the plot begins so far from it. */
  holder: Readonly<Ref<HTMLElement | null>>;
  left: number;
  top: number;
  size: Readonly<Ref<{ width: number; height: number }>>;
  view: Readonly<Ref<PlotView>>;
  lines: Readonly<Ref<readonly PlacedLine[]>>;
  show: (view: PlotView) => void;
  hovered: Ref<string | null>;
  selected: Ref<ReadonlySet<string>>;
  /** Whether the wheel is left to what is around. */
  still: () => boolean;
}

interface Place {
  x: number;
  y: number;
}

/** What the pointer, the wheel and the keys do in a plot: they move its view, point at lines and select them. */
export function useGestures({
  holder,
  left,
  top,
  size,
  view,
  lines,
  show,
  hovered,
  selected,
  still,
}: Gestured) {
  const near = shallowRef<NearPoint | null>(null);
  /** The part that is being framed, in pixels. */
  const frame = ref<(Place & { width: number; height: number }) | null>(null);
  let drag: { from: Place; view: PlotView; framing: boolean; far: boolean } | null = null;

  function placeIn(event: MouseEvent): Place {
    const box = holder.value!.getBoundingClientRect();
    return { x: event.clientX - box.left - left, y: event.clientY - box.top - top };
  }

  function wheel(event: WheelEvent): void {
    if (still()) return;
    event.preventDefault();
    const { x, y } = placeIn(event);
    const { width, height } = size.value;
    const speed = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 0.05 : 0.0015;
    const around = { x: Math.min(1, Math.max(0, x / width)), y: Math.min(1, Math.max(0, 1 - y / height)) };
    show(zoomed(view.value, Math.exp(-event.deltaY * speed), around));
  }

  function down(event: PointerEvent): void {
    if (event.button !== 0) return;
    drag = { from: placeIn(event), view: view.value, framing: event.shiftKey, far: false };
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
  }

  function move(event: PointerEvent): void {
    const at = placeIn(event);
    if (drag === null) {
      near.value = nearestPoint(lines.value, view.value, size.value, at, NEAR);
      hovered.value = near.value === null ? null : (lines.value[near.value.line]?.line.id ?? null);
      return;
    }
    const { from } = drag;
    drag.far ||= Math.hypot(at.x - from.x, at.y - from.y) > 4;
    if (!drag.far) return;
    if (drag.framing)
      frame.value = {
        x: Math.min(at.x, from.x),
        y: Math.min(at.y, from.y),
        width: Math.abs(at.x - from.x),
        height: Math.abs(at.y - from.y),
      };
    else {
      const { width, height } = size.value;
      show(moved(drag.view, { x: -(at.x - from.x) / width, y: (at.y - from.y) / height }));
    }
  }

  function up(event: PointerEvent): void {
    const was = drag;
    const chosen = frame.value;
    drag = frame.value = null;
    if (was === null) return;
    if (!was.far) return select(hovered.value, event.ctrlKey || event.metaKey);
    if (!was.framing || chosen === null || chosen.width < 4 || chosen.height < 4) return;
    const { width, height } = size.value;
    const part = ([from, to]: readonly [number, number], low: number, high: number): [number, number] => [
      from + (to - from) * low,
      from + (to - from) * high,
    ];
    show({
      x: part(view.value.x, chosen.x / width, (chosen.x + chosen.width) / width),
      y: part(view.value.y, 1 - (chosen.y + chosen.height) / height, 1 - chosen.y / height),
    });
  }

  function select(id: string | null, more: boolean): void {
    if (id === null) return;
    const next = new Set(more ? selected.value : []);
    if (selected.value.has(id)) next.delete(id);
    else next.add(id);
    selected.value = next;
  }

  function key(event: KeyboardEvent): void {
    const middle = { x: 0.5, y: 0.5 };
    const moves: Record<string, () => PlotView> = {
      ArrowLeft: () => moved(view.value, { x: -0.1, y: 0 }),
      ArrowRight: () => moved(view.value, { x: 0.1, y: 0 }),
      ArrowUp: () => moved(view.value, { x: 0, y: 0.1 }),
      ArrowDown: () => moved(view.value, { x: 0, y: -0.1 }),
      '+': () => zoomed(view.value, 1.25, middle),
      '=': () => zoomed(view.value, 1.25, middle),
      '-': () => zoomed(view.value, 0.8, middle),
      '0': () => ROOMY,
      Home: () => ROOMY,
    };
    const act = moves[event.key];
    if (act) {
      event.preventDefault();
      show(act());
    } else if (event.key === 'n' || event.key === 'p') next(event.key === 'n');
  }

  /** One line after another, so that each is told. */
  function next(forward: boolean): void {
    const ids = lines.value.filter(({ line }) => line.faint !== true).map(({ line }) => line.id);
    if (ids.length === 0) return;
    const at = hovered.value === null ? -1 : ids.indexOf(hovered.value);
    const place = forward ? at + 1 : at < 0 ? ids.length - 1 : at - 1;
    near.value = null;
    hovered.value = ids[(place + ids.length) % ids.length]!;
  }

  function leave(): void {
    if (drag !== null) return;
    near.value = null;
    hovered.value = null;
  }

  return { near, frame, wheel, down, move, up, key, leave };
}
