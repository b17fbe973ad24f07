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
  // Sent, and not answered yet. The client reads no body, so to the browser its requests are never finished.
  const open = new Set();
  const isOurs = (request) => request.url().startsWith(cdnURL);
  page.on('request', (request) => isOurs(request) && open.add(request));
  page.on('response', (response) => {
    open.delete(response.request());
    if (isOurs(response.request()) && response.status() !== 200) problems.push(`${response.status()} ${response.url()}`);
  });
  page.on('requestfailed', (request) => open.delete(request) && problems.push(`${request.failure()?.errorText} ${request.url()}`));
  await page.goto(`http://localhost:${site.address().port}/`);
  const failures = await page.evaluate((story) => window.tell(story), { name, writeKey, cdnURL, batching: strategy === 'batching' });
  problems.push(...failures);
  // A batch goes out by time.
  const deadline = Date.now() + 10_000;
  if (strategy === 'batching') await page.waitForTimeout(1_000);
  while (open.size > 0 && Date.now() < deadline) await page.waitForTimeout(50);
  if (open.size > 0) problems.push(`${open.size} requests were not answered`);
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
