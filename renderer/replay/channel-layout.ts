/** Where each channel of each layer stands in the map, in device pixels. */
export interface LayerPlace {
  x: number;
  columns: number;
  channels: number;
  width: number;
}
export interface ChannelLayout {
  /** Side of a cell, its gap included. */
  cell: number;
  rows: number;
  layers: LayerPlace[];
  width: number;
}

/** How much of the gaps between layers, and of their least widths, is kept when there is little room. */
const COMPACTNESS = [1, 0.5, 0.25, 0.1, 0];
/** Cells of this side still show their second cues or nearly so: gaps give way until cells are as large. */
const READABLE = 6;

/**
 * The largest cells with which all layers fit side by side, each wrapped into as many columns as it needs. With
 * many layers the gaps shrink first. Below one pixel nothing could be told apart: what then does not fit is cut.
 */
export function layoutChannels(
  channels: readonly number[],
  room: { width: number; height: number; gap: number; least: number; largest: number },
): ChannelLayout {
  let best: ChannelLayout | null = null;
  for (const share of COMPACTNESS) {
    const layout = largestThatFits(channels, {
      ...room,
      gap: Math.round(room.gap * share),
      least: Math.round(room.least * share),
    });
    if (best === null || layout.cell > best.cell || best.width > room.width) best = layout;
    if (best.cell >= READABLE && best.width <= room.width) break;
  }
  return best ?? { cell: 1, rows: 1, layers: [], width: 0 };
}

function largestThatFits(
  channels: readonly number[],
  room: { width: number; height: number; gap: number; least: number; largest: number },
): ChannelLayout {
  for (let cell = Math.max(1, Math.floor(room.largest)); ; cell -= 1) {
    const layout = layoutWith(channels, cell, room);
    if (layout.width <= room.width || cell <= 1) return layout;
  }
}

function layoutWith(
  channels: readonly number[],
  cell: number,
  room: { height: number; gap: number; least: number },
): ChannelLayout {
  const rows = Math.max(1, Math.floor(room.height / cell));
  let x = 0;
  const layers = channels.map((count) => {
    const columns = Math.ceil(count / rows);
    const width = Math.max(columns * cell, room.least);
    const place = { x, columns, channels: count, width };
    x += width + room.gap;
    return place;
  });
  return { cell, rows, layers, width: Math.max(0, x - room.gap) };
}

/** Top left corner of a channel's cell. */
export function placeOf(
  layout: ChannelLayout,
  layer: number,
  channel: number,
): { x: number; y: number } | null {
  const place = layout.layers[layer];
  if (!place) return null;
  return {
    x: place.x + Math.floor(channel / layout.rows) * layout.cell,
    y: (channel % layout.rows) * layout.cell,
  };
}

/** The channel at a point, or null between them. */
export function channelAt(
  layout: ChannelLayout,
  x: number,
  y: number,
): { layer: number; channel: number } | null {
  const row = Math.floor(y / layout.cell);
  if (row < 0 || row >= layout.rows) return null;
  const layer = layout.layers.findIndex((place) => x >= place.x && x < place.x + place.columns * layout.cell);
  const place = layout.layers[layer];
  if (!place) return null;
  const channel = Math.floor((x - place.x) / layout.cell) * layout.rows + row;
  return channel < place.channels ? { layer, channel } : null;
}

export interface ChannelPlace {
  layer: number;
  channel: number;
}

/**
 * Where a key leads from a channel: the arrows to the cell beside it, over the gap into the next layer too; Home and End to the
 * ends of the layer; Page Up and Page Down to the layers beside. The same channel at the edges; null for other keys.
 */
export function channelBeside(layout: ChannelLayout, from: ChannelPlace, key: string): ChannelPlace | null {
  const { rows, layers } = layout;
  const here = layers[from.layer];
  if (!here) return null;
  const within = (layer: number, channel: number): ChannelPlace => ({
    layer,
    channel: Math.max(0, Math.min(layers[layer]!.channels - 1, channel)),
  });
  const [row, column] = [from.channel % rows, Math.floor(from.channel / rows)];
  const next = from.layer + 1;
  switch (key) {
    case 'ArrowUp':
      return row > 0 ? within(from.layer, from.channel - 1) : from;
    case 'ArrowDown':
      return row < rows - 1 ? within(from.layer, from.channel + 1) : from;
    case 'ArrowLeft':
      if (column > 0) return within(from.layer, from.channel - rows);
      return from.layer === 0
        ? from
        : within(from.layer - 1, (layers[from.layer - 1]!.columns - 1) * rows + row);
    case 'ArrowRight':
      if (column < here.columns - 1) return within(from.layer, from.channel + rows);
      return next < layers.length ? within(next, row) : from;
    case 'Home':
      return within(from.layer, 0);
    case 'End':
      return within(from.layer, here.channels - 1);
    case 'PageUp':
      return within(Math.max(0, from.layer - 1), 0);
    case 'PageDown':
      return within(Math.min(layers.length - 1, next), 0);
    default:
      return null;
  }
}
