import koffi from 'koffi';
import type { Pointer } from './native.ts';

/** What we need of the C library: moving bytes, and the environment as C sees it. */
interface System {
  memcpy(to: Pointer | ArrayBufferView, from: Pointer | ArrayBufferView, bytes: number): void;
  getenv(name: string): string | null;
  setenv(name: string, value: string): void;
}

let system: System | undefined;

function load(): System {
  const library = process.platform === 'win32' ? koffi.load('ucrtbase.dll') : koffi.load(null);
  const memcpy = library.func('void *memcpy(void *, const void *, size_t)');
  const getenv = library.func('const char *getenv(const char *)');
  const set =
    process.platform === 'win32'
      ? library.func('int _putenv_s(const char *, const char *)')
      : library.func('int setenv(const char *, const char *, int)');
  return {
    memcpy: (to, from, bytes) => void memcpy(to, from, bytes),
    getenv: (name) => getenv(name) as string | null,
    setenv: (name, value) => void (process.platform === 'win32' ? set(name, value) : set(name, value, 1)),
  };
}

/** The C library of this process. */
export function libc(): System {
  system ??= load();
  return system;
}

/** Switches that TensorFlow reads from the environment, and that a person may set otherwise. */
const SWITCHES: Readonly<Record<string, string>> = {
  // Notices about optional instructions and drivers say nothing to a user; errors still show.
  TF_CPP_MIN_LOG_LEVEL: '2',
  // Without it the first context decides the number of threads for the whole process.
  TF_OVERRIDE_GLOBAL_THREADPOOL: '1',
  // Take GPU memory as needed: several runs, and other programs, share a device.
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
};

/**
 * Sets TensorFlow's switches where nobody has. In a worker thread `process.env` is a copy that C never
 * sees, hence setenv. Call it in the main thread before workers start: C's environment is not safe to
 * change while another thread reads it (it is only written where a switch is missing).
 */
export function prepareEnvironment(): void {
  for (const [name, value] of Object.entries(SWITCHES)) {
    if (libc().getenv(name) === null) libc().setenv(name, value);
  }
}
