import { resolve } from 'node:path';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

/** Development only: every component in each of its states, with made-up data. `npm run gallery` serves it. */
export default defineConfig({
  root: import.meta.dirname,
  publicDir: resolve(import.meta.dirname, '../../resources'),
  plugins: [vue()],
  server: { host: '127.0.0.1', fs: { allow: [resolve(import.meta.dirname, '../..')] } },
});
