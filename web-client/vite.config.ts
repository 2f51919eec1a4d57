import vue from '@vitejs/plugin-vue';
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers';
import components from 'unplugin-vue-components/vite';
import { defineConfig } from 'vitest/config';

import { packed } from './scripts/packed.mjs';

const here = (path: string): string => new URL(path, import.meta.url).pathname;

/* The server that `npm run dev` talks to. */
const server = 'https://127.0.0.1:8443';
const proxied = { target: server, changeOrigin: true, secure: false };

export default defineConfig({
  plugins: [
    vue(),
    packed(),
    /* Element Plus is the staff's kit: a citizen's page must never pull it in. */
    components({
      dirs: [],
      include: [/src\/(clerk|auditor|supervisor)\/.*\.vue$/, /src\/(clerk|auditor|supervisor)\/.*\.vue\?vue/],
      resolvers: [ElementPlusResolver()],
      dts: false,
    }),
  ],
  /* The pages live wherever they are put: https://host/ or https://host/video/. */
  base: './',
  resolve: { alias: { '@': here('./src') } },
  build: {
    target: ['chrome79', 'safari14', 'firefox91'],
    /* Nothing inlined: the content policy has no data: for scripts and fonts. */
    assetsInlineLimit: 0,
    rollupOptions: {
      input: {
        citizen: here('./index.html'),
        clerk: here('./clerk.html'),
        auditor: here('./auditor.html'),
        supervisor: here('./supervisor.html'),
        diag: here('./diag.html'),
      },
    },
    manifest: 'manifest.json',
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': proxied,
      '/replay': proxied,
      '/healthz': proxied,
      '/ws': { ...proxied, ws: true },
    },
  },
  test: {
    environment: 'happy-dom',
    setupFiles: ['src/i18n/testing.setup.ts'],
    include: ['src/**/*.test.ts'],
    css: { include: [/tokens\.css/] },
  },
});
