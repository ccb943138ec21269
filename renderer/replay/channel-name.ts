import type { PrunableLayer } from '../../common/network.ts';

/** One channel of a network. */
export interface ChannelName {
  layer: string;
  channel: number;
}

/** A channel as the address holds it, 'pw3:12'; null for what the network does not have. */
export function readChannel(
  text: string | null,
  layers: readonly Pick<PrunableLayer, 'name' | 'outputChannels'>[],
): ChannelName | null {
  const [, name, number] = /^(.+):(\d+)$/.exec(text ?? '') ?? [];
  const layer = layers.find((entry) => entry.name === name);
  return layer && Number(number) < layer.outputChannels
    ? { layer: layer.name, channel: Number(number) }
    : null;
}
