/** Browser tests: the built page with the mock server inside, in Debian's Chromium; `live` against a real server. */
import { defineConfig } from '@playwright/test';

const live = process.env.MILLIWAYS_E2E_URL;
const port = Number(process.env.MILLIWAYS_E2E_PORT ?? 0) || 20_000 + (process.pid % 20_000);
// Workers load this file again, in processes of their own: they must agree on the port.
process.env.MILLIWAYS_E2E_PORT = String(port);

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results/artifacts',
  timeout: 60_000,
  // The mock server shares two cores with the browser, and makes 10,000 tasks when they are first asked for.
  expect: { timeout: 15_000 },
  workers: 2,
  fullyParallel: true,
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list']],
  use: {
    baseURL: live ?? `http://127.0.0.1:${port}`,
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
  projects: live
    ? [{ name: 'live', testMatch: 'live.spec.ts' }]
    : [{ name: 'mock', testIgnore: 'live.spec.ts' }],
  webServer: live
    ? undefined
    : {
        command: `npx vite preview --mode mock --outDir dist-mock --host 127.0.0.1 --port ${port} --strictPort`,
        url: `http://127.0.0.1:${port}`,
        reuseExistingServer: false,
      },
});
