import { availableParallelism } from 'node:os';
import vue from '@vitejs/plugin-vue';
import { configDefaults, defineConfig } from 'vitest/config';

/**
 * The lanes of the tests, by what they need. A test of none of these folders is in the lane `unit`, which `npm run test:quick`
 * runs: it needs neither engine nor Chromium, and starts neither processes nor threads of the application.
 */
const lanes = {
  /** Chromium. */
  browser: ['test/browser/**'],
  /** Processes that are killed, disks that are full. */
  faults: ['test/faults/**'],
  /** Threads and processes of the application and of set-up. */
  processes: [
    'test/main/{background,cli,threads,workspace}/**',
    'test/main/figures/figures.test.ts',
    'test/main/trainer/memory.test.ts',
    'test/scripts/**',
  ],
  /** The engine, so TensorFlow's library. */
  engine: [
    'test/bench/gpu-check.test.ts',
    'test/parity/**',
    'test/main/runs/**',
    'test/main/workstation.test.ts',
    'test/main/trainer/{augmentation,loss,measurement,optimization,scoring,session,steps,tensorflow}/**',
    'test/main/trainer/data/{images,streams}/**',
    'test/main/trainer/data/**/image-folder.test.ts',
    'test/main/trainer/network/{network,rotated}.test.ts',
    'test/main/trainer/pruning/{accepted,criteria,traps}.test.ts',
  ],
};

const tests = 'test/**/*.test.{ts,mjs}';

export default defineConfig({
  plugins: [vue()],
  test: {
    // A process for each file: the engine is native code and keeps state of its own.
    pool: 'forks',
    // Much of the time a file waits for a page, a disk or a thread: two share even two cores well.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // These end only what hangs: beside other work everything may take many times as long.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [tests],
          exclude: [...configDefaults.exclude, ...Object.values(lanes).flat()],
          // Whoever opens the engine here is told at once that the test belongs to another lane.
          env: { CASCADE_LIBTENSORFLOW: '/the lane unit of vitest.config.ts has no engine' },
        },
      },
      ...Object.entries(lanes).map(([name, include]) => ({
        extends: true as const,
        test: { name, include: include.map((folder) => folder.replace(/\*\*$/, '**/*.test.{ts,mjs}')) },
      })),
    ],
  },
});
