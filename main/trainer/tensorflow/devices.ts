import type { TensorFlow } from './native.ts';
import type { Pointer } from './pointer.ts';
import type { Status } from './status.ts';

/** A device as TensorFlow names it. */
export interface Device {
  /** '/job:localhost/replica:0/task:0/device:GPU:0' */
  readonly name: string;
  readonly type: string;
  /** Bytes that TensorFlow may use there; for a CPU a nominal figure of TensorFlow's. */
  readonly memory: number;
}

/** The devices of a context. */
export function listDevices(tensorflow: TensorFlow, context: Pointer, status: Status): Device[] {
  const list = status.checked(
    tensorflow.TFE_ContextListDevices(context, status.pointer),
    'to list its devices',
  );
  try {
    return Array.from({ length: tensorflow.TF_DeviceListCount(list) }, (_, index) => {
      const name = tensorflow.TF_DeviceListName(list, index, status.pointer);
      status.check('the name of a device');
      const type = tensorflow.TF_DeviceListType(list, index, status.pointer);
      status.check('the type of a device');
      const memory = tensorflow.TF_DeviceListMemoryBytes(list, index, status.pointer);
      status.check('the memory of a device');
      return { name, type, memory };
    });
  } finally {
    tensorflow.TF_DeleteDeviceList(list);
  }
}
