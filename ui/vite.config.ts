/** Build of the web UI: the real one into `dist`, the one with the mock server inside into `dist-mock`. */
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const source = (folder: string) => new URL(folder, import.meta.url).pathname;

export default defineConfig(({ mode }) => {
  const isMock = mode === 'mock';
  return {
    plugins: [react(), tailwindcss()],
    resolve: { alias: { '@mock': source('./mock'), '@': source('./src') } },
    define: { __MOCK__: JSON.stringify(isMock) },
    // Only the mock build may carry the service worker that answers in place of a server.
    publicDir: isMock ? 'mock/public' : 'public',
    build: {
      outDir: isMock ? 'dist-mock' : 'dist',
      target: 'es2023',
      sourcemap: false,
      manifest: true,
      chunkSizeWarningLimit: 600,
    },
    worker: { format: 'es' },
    server: {
      proxy: isMock
        ? undefined
        : { '/api': { target: process.env.MILLIWAYS_UI_SERVER ?? 'http://127.0.0.1:4200', ws: true } },
    },
    test: {
      environment: 'jsdom',
      include: ['src/**/*.test.{ts,tsx}', 'mock/**/*.test.ts'],
      setupFiles: ['./mock/vitest.setup.ts'],
      restoreMocks: true,
    },
  };
});
