import { existsSync } from 'node:fs';
import koffi, { type LibraryHandle } from 'koffi';
import type { Pointer } from './pointer.ts';

/** What we need of the C library: moving bytes, and the environment as C sees it. */
interface System {
  memcpy(to: Pointer | ArrayBufferView, from: Pointer | ArrayBufferView, bytes: number): void;
  getenv(name: string): string | null;
  setenv(name: string, value: string): void;
  /** Loads a library so that it stays until the process ends; nothing where it cannot be loaded. */
  pin(path: string): void;
  /** Gives memory that was freed back to the operating system, where the C library can be asked for it. */
  trim(): void;
}

let system: System | undefined;

function posix(): System {
  const library = koffi.load(null);
  const memcpy = library.func('void *memcpy(void *, const void *, size_t)');
  const getenv = library.func('const char *getenv(const char *)');
  const setenv = library.func('int setenv(const char *, const char *, int)');
  const dlopen = library.func('void *dlopen(const char *, int)');
  const open = library.func('int open(const char *, int)');
  const dup = library.func('int dup(int)');
  const dup2 = library.func('int dup2(int, int)');
  const close = library.func('int close(int)');
  const lazy = 1;
  const [noLoad, noDelete] = process.platform === 'darwin' ? [0x10, 0x80] : [0x4, 0x1000];
  return {
    memcpy: (to, from, bytes) => void memcpy(to, from, bytes),
    getenv: (name) => getenv(name) as string | null,
    setenv: (name, value) => void setenv(name, value, 1),
    pin: (path) => {
      if (dlopen(path, lazy | noLoad | noDelete) !== null) return;
      // While it is loaded, before any switch can reach it, TensorFlow prints a banner on stderr.
      const quiet = Number(getenv('TF_CPP_MIN_LOG_LEVEL') ?? 0) > 0;
      const [nowhere, stderr] = quiet ? [open('/dev/null', 1), dup(2)] : [-1, -1];
      if (nowhere >= 0 && stderr >= 0) dup2(nowhere, 2);
      dlopen(path, lazy | noDelete);
      if (nowhere >= 0 && stderr >= 0) dup2(stderr, 2);
      if (nowhere >= 0) close(nowhere);
      if (stderr >= 0) close(stderr);
    },
    trim: mallocTrim(library),
  };
}

/** glibc's own; other C libraries give back what is freed as they see fit. */
function mallocTrim(library: LibraryHandle): () => void {
  try {
    const trim = library.func('int malloc_trim(size_t)');
    return () => void trim(0);
  } catch {
    return () => undefined;
  }
}

function windows(): System {
  const library = koffi.load('ucrtbase.dll');
  const kernel = koffi.load('kernel32.dll');
  const memcpy = library.func('void *memcpy(void *, const void *, size_t)');
  const getenv = library.func('const char *getenv(const char *)');
  const putenv = library.func('int _putenv_s(const char *, const char *)');
  const loadLibrary = kernel.func('void *LoadLibraryW(const char16_t *)');
  return {
    memcpy: (to, from, bytes) => void memcpy(to, from, bytes),
    getenv: (name) => getenv(name) as string | null,
    setenv: (name, value) => void putenv(name, value),
    // A reference of our own that nothing gives back.
    pin: (path) => void loadLibrary(path),
    trim: () => undefined,
  };
}

/** The C library of this process. */
export function libc(): System {
  system ??= process.platform === 'win32' ? windows() : posix();
  return system;
}

/** Whether NVIDIA's driver is here; its own files tell at once. */
function hasGpuDriver(): boolean {
  return ['/proc/driver/nvidia/version', '/dev/nvidiactl', '/usr/lib/wsl/lib/libcuda.so.1'].some(existsSync);
}

/**
 * Switches that TensorFlow reads from the environment, and that a person may set otherwise.
 * @param gpu whether a GPU may be in use
 */
export const switches = (gpu = hasGpuDriver()): Readonly<Record<string, string>> => ({
  // Notices about optional instructions and drivers say nothing to a user; errors still show.
  TF_CPP_MIN_LOG_LEVEL: '2',
  // Without it the first context decides the number of threads for the whole process.
  TF_OVERRIDE_GLOBAL_THREADPOOL: '1',
  // Take GPU memory as needed: several runs, and other programs, share a device.
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  // By itself TensorFlow uses oneDNN only where the processor has instructions for neural networks (AVX-512 VNNI and later).
  // Without, convolutions take up to three times as long (AVX2, AMD EPYC: VGG-16-BN 2.7 s a step against 0.9 s), and there is
  // no grouped or dilated one. On other processors it stands for other libraries, which were not tried.
  ...(process.arch === 'x64' ? { TF_ENABLE_ONEDNN_OPTS: '1' } : {}),
  // On a GPU sums of atomic additions, and convolutions that are chosen by timing, differ from run to run in their last bits;
  // a resumed run must have the bits of an uninterrupted one. An op that has no such kernel is refused by TensorFlow.
  ...(gpu ? { TF_DETERMINISTIC_OPS: '1' } : {}),
});

/**
 * Sets TensorFlow's switches where nobody has. In a worker thread `process.env` is a copy that C never
 * sees, hence setenv. Call it in the main thread before workers start: C's environment is not safe to
 * change while another thread reads it (it is only written where a switch is missing).
 */
export function prepareEnvironment(): void {
  for (const [name, value] of Object.entries(switches())) {
    if (libc().getenv(name) === null) libc().setenv(name, value);
  }
}
