// The client for browsers, in Chromium: NAME standard|batching. The page is of another origin than the server.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';

const [name, strategy] = process.argv.slice(2);
const { DEARLY_KEY: writeKey, DEARLY_URL: cdnURL, CHROMIUM } = process.env;
const bundle = await readFile(new URL('dist/browser.js', import.meta.url));
const site = createServer((request, response) => {
  if (request.url === '/browser.js') {
    response.setHeader('content-type', 'text/javascript');
    response.end(bundle);
  } else {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>A page</title><script src="/browser.js"></script>');
  }
});
await new Promise((listening) => site.listen(0, '127.0.0.1', listening));

const browser = await chromium.launch({
  executablePath: CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const problems = [];
let status = 0;
try {
  const page = await browser.newPage();
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('response', (response) => response.url().includes('/v1/') && response.status() >= 300 && problems.push(`${response.status()} ${response.url()}`));
  let pending = 0;
  page.on('request', (request) => request.url().includes('/v1/') && (pending += 1));
  page.on('requestfinished', (request) => request.url().includes('/v1/') && (pending -= 1));
  // What is under way while the page is left arrives (the check at the end says so), though the browser calls it aborted.
  let leaving = false;
  page.on('requestfailed', (request) => leaving || problems.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
  await page.goto(`http://localhost:${site.address().port}/`);
  const failures = await page.evaluate((story) => window.tell(story), { name, writeKey, cdnURL, batching: strategy === 'batching' });
  problems.push(...failures);
  // A batch goes out by time; leaving the page sends what is left.
  const settle = async () => {
    for (let round = 0; pending > 0 && round < 100; round += 1) await page.waitForTimeout(100);
  };
  await page.waitForTimeout(strategy === 'batching' ? 1000 : 0);
  await settle();
  leaving = true;
  await page.goto('about:blank');
  await settle();
} catch (error) {
  problems.push(String(error));
} finally {
  await browser.close();
  site.close();
}
if (problems.length > 0) {
  console.error(name, problems);
  status = 1;
} else {
  console.log(JSON.stringify({ source: name, events: 28, calls: 3, duplicates: 0 }));
}
process.exit(status);
