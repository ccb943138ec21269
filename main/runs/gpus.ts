import { readdirSync } from 'node:fs';

/** Where NVIDIA's driver for Linux shows one folder a GPU. */
const DRIVER = '/proc/driver/nvidia/gpus';

/**
 * How many GPUs this process may use: those that CUDA_VISIBLE_DEVICES names, or all that the driver shows. It loads nothing;
 * where it cannot tell, as on Windows, it says 0, and TensorFlow takes the first that it finds.
 */
export function countGpus(environment: NodeJS.ProcessEnv = process.env, driver = DRIVER): number {
  const visible = environment['CUDA_VISIBLE_DEVICES'];
  if (visible !== undefined) {
    // As CUDA reads it: everything from the first that is no device on is ignored.
    const named = visible.split(',').map((name) => name.trim());
    const end = named.findIndex((name) => name === '' || name.startsWith('-'));
    return end < 0 ? named.length : end;
  }
  try {
    return readdirSync(driver).length;
  } catch {
    return 0;
  }
}

/** Deals runs to GPUs: one each, and where there are more runs, to the one that has fewest. */
export class GpuDealer {
  readonly #runs: number[];

  constructor(gpus: number) {
    this.#runs = Array.from({ length: gpus }, () => 0);
  }

  /** @returns the number of a GPU, to be given back; null where there is none to choose from */
  take(): number | null {
    if (this.#runs.length === 0) return null;
    const gpu = this.#runs.indexOf(Math.min(...this.#runs));
    this.#runs[gpu]! += 1;
    return gpu;
  }

  giveBack(gpu: number | null): void {
    if (gpu !== null) this.#runs[gpu]! -= 1;
  }
}
