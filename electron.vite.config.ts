import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'electron-vite';
import type { Plugin } from 'vite';
import { thirdPartyNotices } from './build/third-party.ts';

const root = import.meta.dirname;

/** PyTorch's side of the benchmark, beside what asks it: `bench/children.ts`. */
function peers(): Plugin {
  return {
    name: 'pytorch-peers',
    generateBundle() {
      for (const fileName of ['pytorch_parity.py', 'pytorch_peer.py'])
        this.emitFile({
          type: 'asset',
          fileName,
          source: readFileSync(resolve(root, 'bench/children', fileName)),
        });
    },
  };
}

/**
 * Every entry of the main process is built flat into out/main: the three ways in, the bodies of the
 * worker threads, which `main/threads.ts` starts by name, and the check of a GPU, for machines without the sources.
 */
export default defineConfig({
  main: {
    plugins: [peers()],
    build: {
      outDir: 'out/main',
      externalizeDeps: true,
      rollupOptions: {
        input: {
          desktop: resolve(root, 'main/desktop.ts'),
          browser: resolve(root, 'main/browser.ts'),
          cli: resolve(root, 'main/cli.ts'),
          trainer: resolve(root, 'main/trainer/thread.ts'),
          writer: resolve(root, 'main/workspace/writer/thread.ts'),
          images: resolve(root, 'main/trainer/data/streams/thread.ts'),
          reader: resolve(root, 'main/workspace/reader/thread.ts'),
          checker: resolve(root, 'main/workspace/checker/thread.ts'),
          exchange: resolve(root, 'main/workspace/exchange/thread.ts'),
          query: resolve(root, 'main/workspace/query/child.ts'),
          background: resolve(root, 'main/background/thread.ts'),
          'gpu-check': resolve(root, 'bench/gpu/check.ts'),
        },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      rollupOptions: {
        input: { preload: resolve(root, 'preload/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: resolve(root, 'renderer'),
    plugins: [vue(), thirdPartyNotices()],
    build: {
      outDir: resolve(root, 'out/renderer'),
      minify: true,
      rollupOptions: { input: resolve(root, 'renderer/index.html') },
    },
  },
});
