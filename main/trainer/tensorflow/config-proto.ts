/** What of tensorflow.ConfigProto (tensorflow/core/protobuf/config.proto) is set for a context. */
export interface ContextConfig {
  /** Threads that share the work of one op. */
  readonly intraOpThreads: number;
  /** Threads that run independent ops of a function at the same time. */
  readonly interOpThreads: number;
  /** Whether GPUs may be seen; without, none is initialised and none of their memory is taken. */
  readonly gpus: boolean;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}

const scalar = (field: number, value: number) => [...varint(field * 8), ...varint(value)];
const nested = (field: number, bytes: readonly number[]) => [
  ...varint(field * 8 + 2),
  ...varint(bytes.length),
  ...bytes,
];

/** The message in protobuf's wire format, for TFE_ContextOptionsSetConfig. */
export function encodeConfig(config: ContextConfig): Uint8Array {
  const deviceCount = nested(1, [...nested(1, [...Buffer.from('GPU')]), ...scalar(2, 0)]);
  return Uint8Array.from([
    ...(config.gpus ? [] : deviceCount), // device_count
    ...scalar(2, config.intraOpThreads), // intra_op_parallelism_threads
    ...scalar(5, config.interOpThreads), // inter_op_parallelism_threads
    ...nested(6, scalar(4, 1)), // gpu_options.allow_growth
    ...scalar(7, 1), // allow_soft_placement: an op without a GPU kernel runs on the CPU
  ]);
}
