import { defineConfig } from '@playwright/test';

/** The specs run against a server that is already there, on the demo book: `DEARLY_URL` says where. */
export default defineConfig({
  testDir: '.',
  outputDir: '../test-results',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  // Two cores for two browsers and the server: a day that nobody asked for before takes seconds, axe on a long page, too.
  timeout: 240_000,
  expect: { timeout: 60_000 },
  reporter: [['list']],
  // The others read a book that does not change; what sends telemetry into it comes after them.
  projects: [
    { name: 'book', testIgnore: 'telemetry.spec.ts' },
    { name: 'telemetry', testMatch: 'telemetry.spec.ts', dependencies: ['book'] },
  ],
  use: {
    baseURL: process.env.DEARLY_URL ?? 'http://127.0.0.1:7700',
    viewport: { width: 1440, height: 900 },
    contextOptions: { reducedMotion: 'reduce' },
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--disable-quic',
      ],
    },
  },
});
