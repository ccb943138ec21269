import { float32Of, type SafetensorsTensor } from '../../codec/safetensors.ts';
import type { NetworkDescription } from '../../../common/network.ts';
import { MOTION_FIELDS } from '../../../common/records.ts';
import { unknownMotion, type Motion } from '../measurement/free-motion.ts';

/** Name of a motion's tensor within a checkpoint. */
function nameOf(field: (typeof MOTION_FIELDS)[number], layer: string): string {
  return `motion/${field}/${layer}`;
}

/** How the channels of each layer moved over an epoch, as tensors of a checkpoint. */
export function motionTensors(motion: Motion): [string, SafetensorsTensor][] {
  return [...motion].flatMap(([layer, moved]) =>
    MOTION_FIELDS.map((field): [string, SafetensorsTensor] => {
      const { buffer, byteOffset, byteLength, length } = moved[field];
      const bytes = new Uint8Array(buffer, byteOffset, byteLength);
      return [nameOf(field, layer), { dtype: 'F32', shape: [length], bytes }];
    }),
  );
}

/** The motion within a checkpoint's tensors; null where there is none: at epoch 0, and in those of earlier versions. */
export function motionFrom(
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  { layers }: NetworkDescription,
): Motion | null {
  const motion = new Map(layers.map(({ name, outputChannels }) => [name, unknownMotion(outputChannels)]));
  for (const [layer, moved] of motion)
    for (const field of MOTION_FIELDS) {
      const tensor = tensors.get(nameOf(field, layer));
      if (tensor?.shape[0] !== moved[field].length) return null;
      moved[field].set(float32Of(tensor));
    }
  return motion;
}
