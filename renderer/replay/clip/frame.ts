import { WEIGHT_STATES } from '../../../common/cascade/composition.ts';
import { paintState } from '../cell-raster.ts';
import { layoutChannels } from '../channel-layout.ts';
import { ChannelRaster } from '../channel-raster.ts';
import { totals, type LayerMoment } from '../moment.ts';
import type { Palette } from '../palette.ts';
import { stateName, type Role } from '../state-names.ts';

/** Colours of what stands around the maps, as CSS has them. */
export interface FrameInk {
  background: string;
  text: string;
  muted: string;
  line: string;
  accent: string;
}

/** One of the runs of a frame, after the epoch that it shows. */
export interface FrameSide {
  name: string;
  role: Role;
  epoch: number;
  /** Null where the epoch is not recorded. */
  moment: readonly LayerMoment[] | null;
}

/** All that one picture of a replay tells. It says itself of which run and epoch it is. */
export interface FrameContent {
  title: string;
  epoch: number;
  lastEpoch: number;
  threshold: string;
  sides: readonly FrameSide[];
  /** Epochs after which weights were pruned. */
  prunings: readonly number[];
}

export interface FrameLook {
  /** In pixels of the file; one is `scale` times as large as on a screen of one pixel each. */
  width: number;
  height: number;
  scale: number;
  palette: Palette;
  ink: FrameInk;
  /** Families of the text. */
  font: string;
}

type Context = OffscreenCanvasRenderingContext2D;

const EDGE = 16;
const LINE = 18;
const SWATCH = 11;
/** Height of the line of the layers' names. */
const NAMES = 16;

/** Draws a frame: what it is of, a map for each run with its shares of states, and the moment on the run's line of epochs. */
export function drawFrame(context: Context, content: FrameContent, look: FrameLook): void {
  const { width, height, scale, ink } = look;
  context.fillStyle = ink.background;
  context.fillRect(0, 0, width, height);
  const [across, down] = [width / scale, height / scale];
  context.save();
  context.scale(scale, scale);
  context.textBaseline = 'alphabetic';
  heading(context, content, look, across);
  timeline(context, content, look, { across, y: down - EDGE - 8 });
  const top = EDGE + LINE + 8;
  const bottom = down - EDGE - 34;
  const gap = 20;
  const each = (across - 2 * EDGE - gap * (content.sides.length - 1)) / content.sides.length;
  const boxes = content.sides.map((side, at) => {
    const left = EDGE + at * (each + gap);
    const lines = legend(context, content, side, look, { left, top, width: each });
    const y = top + LINE * (1 + lines) + 4 + NAMES;
    return { side, box: { x: left, y, width: each, height: bottom - y } };
  });
  context.restore();
  for (const { side, box } of boxes) map(context, side, look, box);
}

function write(
  context: Context,
  text: string,
  x: number,
  y: number,
  most: number,
  ink: string,
  font: string,
): void {
  context.font = font;
  context.fillStyle = ink;
  let shown = text;
  while (shown.length > 1 && context.measureText(shown).width > most) shown = `${shown.slice(0, -2)}…`;
  context.fillText(shown, x, y);
}

function heading(context: Context, content: FrameContent, { ink, font }: FrameLook, across: number): void {
  const epoch = `epoch ${content.epoch}`;
  const bold = `600 15px ${font}`;
  context.font = bold;
  const right = context.measureText(epoch).width;
  write(context, content.title, EDGE, EDGE + 13, across - 3 * EDGE - right, ink.text, bold);
  write(context, epoch, across - EDGE - right, EDGE + 13, right + 1, ink.text, bold);
}

/** @returns the lines that it took beneath the run's name */
function legend(
  context: Context,
  { threshold }: FrameContent,
  { name, role, epoch, moment }: FrameSide,
  { ink, font, palette }: FrameLook,
  { left, top, width }: { left: number; top: number; width: number },
): number {
  const plain = `12px ${font}`;
  write(context, `${name} · after epoch ${epoch}`, left, top + 12, width, ink.muted, plain);
  const shares = moment === null ? null : totals(moment);
  context.font = plain;
  let [x, line] = [left, 1];
  WEIGHT_STATES.forEach((state, at) => {
    const said = stateName(state, threshold, role);
    const text = `${said} ${shares === null ? '–' : `${(100 * shares[at]!).toFixed(1)}%`}`;
    // Room for the widest number that may stand there, so that nothing moves from frame to frame.
    const room = SWATCH + 5 + context.measureText(`${said} 100.0%`).width + 14;
    if (x > left && x + room > left + width) [x, line] = [left, line + 1];
    const y = top + line * LINE;
    swatch(context, at, palette, x, y + 2);
    write(context, text, x + SWATCH + 5, y + 12, room, ink.text, plain);
    x += room;
  });
  return line;
}

function swatch(context: Context, state: number, palette: Palette, x: number, y: number): void {
  const { a: scale } = context.getTransform();
  const side = Math.round(SWATCH * scale);
  const image = context.createImageData(side, side);
  const pixels = new Uint32Array(image.data.buffer);
  paintState(pixels, side, { x: 0, y: 0, width: side, height: side }, state, palette, true);
  // Not under the transform: an image of pixels is put where the file has them.
  context.putImageData(image, Math.round(x * scale), Math.round(y * scale));
}

function map(
  context: Context,
  { moment }: FrameSide,
  { scale, palette, ink, font }: FrameLook,
  box: { x: number; y: number; width: number; height: number },
): void {
  const [width, height] = [Math.floor(box.width * scale), Math.floor(box.height * scale)];
  if (width < 4 || height < 4) return;
  if (moment === null) {
    context.save();
    context.scale(scale, scale);
    write(context, 'not recorded', box.x, box.y + 16, box.width, ink.muted, `12px ${font}`);
    context.restore();
    return;
  }
  const layout = layoutChannels(
    moment.map(({ composition }) => composition.length / WEIGHT_STATES.length),
    { width, height, gap: 10 * scale, least: 8 * scale, largest: 26 * scale },
  );
  const image = context.createImageData(width, height);
  new ChannelRaster().draw(
    new Uint32Array(image.data.buffer),
    width,
    layout,
    moment.map(({ composition }) => composition),
    palette,
  );
  context.putImageData(image, Math.round(box.x * scale), Math.round(box.y * scale));
  context.save();
  context.scale(scale, scale);
  let free = -Infinity;
  moment.forEach(({ layer }, at) => {
    const x = layout.layers[at]!.x / scale;
    const small = `10px ${font}`;
    context.font = small;
    const wide = context.measureText(layer.name).width;
    // A name that would run into the one before, or out of the picture, is left out.
    if (x < free || x + wide > box.width) return;
    write(context, layer.name, box.x + x, box.y - 5, wide + 1, ink.muted, small);
    free = x + wide + 4;
  });
  context.restore();
}

/** The run's epochs from the left to the right: prunings, and the moment. */
function timeline(
  context: Context,
  { epoch, lastEpoch, prunings }: FrameContent,
  { ink, font }: FrameLook,
  { across, y }: { across: number; y: number },
): void {
  const [from, to] = [EDGE + 4, across - EDGE - 4];
  const at = (moment: number): number => from + (lastEpoch === 0 ? 0 : (moment / lastEpoch) * (to - from));
  context.fillStyle = ink.line;
  context.fillRect(from, y - 1, to - from, 2);
  context.fillStyle = ink.accent;
  context.fillRect(from, y - 1, at(epoch) - from, 2);
  context.beginPath();
  context.arc(at(epoch), y, 4, 0, 2 * Math.PI);
  context.fill();
  for (const moment of prunings) write(context, '▼', at(moment) - 4, y - 6, 12, ink.muted, `10px ${font}`);
  write(context, '0', from - 3, y + 15, 20, ink.muted, `10px ${font}`);
  const end = String(lastEpoch);
  context.font = `10px ${font}`;
  write(context, end, to - context.measureText(end).width + 3, y + 15, 60, ink.muted, `10px ${font}`);
}
