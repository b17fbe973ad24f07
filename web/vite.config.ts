import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** Where `npx vite` sends calls of the API while one works on the pages: a running `dearly serve`. */
const server = process.env.DEARLY_URL ?? 'http://127.0.0.1:7700';

export default defineConfig({
  plugins: [react()],
  // What the server embeds: hashed names, so that it may serve them as immutable. No inlined data URLs: the page's
  // content security policy need not allow them for fonts.
  build: { outDir: 'dist', emptyOutDir: true, assetsInlineLimit: 0, target: 'es2023', reportCompressedSize: true },
  server: { proxy: { '/api': server } },
  test: { include: ['src/**/*.test.{ts,tsx}'], environment: 'node' },
});
