import { execFileSync } from 'node:child_process';

import { type APIRequestContext, expect, type Locator, type Page, test } from '@playwright/test';

import { accountOf, bookOf, expectAccessible, expectNarrowFits, picture, settled } from './page';

const SOURCE = 'e2e';

// One after the other: they count what came from one source.
test.describe.configure({ mode: 'serial' });

/** A write key of the server's data folder, made as people make it. */
function writeKey(): string {
  const { DEARLY_BINARY: binary, DEARLY_DATA: data } = process.env;
  if (!binary || !data) throw new Error('DEARLY_BINARY and DEARLY_DATA are not set; run this by scripts/with-demo');
  const made = execFileSync(binary, ['key', 'create', '--write', '--source', SOURCE, '--data', data, '--format', 'json']);
  return JSON.parse(made.toString()).key;
}

let key = '';

async function send(request: APIRequestContext, batch: object[]): Promise<void> {
  const answer = await request.post('/v1/batch', {
    headers: { authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` },
    data: { batch },
  });
  expect(answer.status(), await answer.text()).toBe(200);
}

interface Counts {
  n_events: number;
  n_calls: number;
  n_duplicates: number;
  n_rejected: number;
  n_unattributed: number;
}

/** Waits until the server counts so much of the source. */
async function counted(request: APIRequestContext, counts: Partial<Counts>): Promise<void> {
  const total = async () => {
    const { sources } = await (await request.get('/api/v1/telemetry')).json();
    return sources.find(({ source }: { source: string }) => source === SOURCE)?.total;
  };
  await expect.poll(total).toMatchObject(counts);
}

async function open(page: Page): Promise<Locator> {
  await page.goto('/data');
  await settled(page);
  return page.getByRole('region', { name: 'Telemetry' });
}

function cell(telemetry: Locator, label: string): Locator {
  return telemetry
    .getByRole('table', { name: 'Sources of telemetry' })
    .getByRole('row', { name: new RegExp(`^${SOURCE} `) })
    .locator(`[data-label="${label}"]`);
}

test.beforeAll(async ({ request }) => {
  key = writeKey();
  const { account } = await accountOf(request);
  const { default_as_of: day } = await bookOf(request);
  // On the book's last day, so that the pages go on showing that day.
  const timestamp = `${day}T12:00:00Z`;
  const batch = [
    { type: 'track', messageId: 'e2e-1', userId: 'e2e-known', event: 'Report Opened', timestamp, context: { groupId: account } },
    { type: 'track', messageId: 'e2e-2', userId: 'e2e-nobody', event: 'Report Opened', timestamp },
    { type: 'track', messageId: 'e2e-3', userId: 'e2e-nobody', properties: { note: 'this call has no event, and is long enough to be cut' } },
  ];
  await send(request, batch);
  await send(request, batch);
  await counted(request, { n_events: 2, n_calls: 0, n_duplicates: 3, n_rejected: 1, n_unattributed: 1 });
});

test('shows what came and what became of it', async ({ page }) => {
  const telemetry = await open(page);
  await expect(cell(telemetry, 'Events accepted')).toHaveText('2');
  await expect(cell(telemetry, 'Rejected')).toContainText('1');
  await expect(cell(telemetry, 'Unattributed')).toContainText('1');
  await expect(cell(telemetry, 'Keys in force')).toHaveText('1');
  await expect(cell(telemetry, 'Last call')).toContainText(/just now|minutes? ago/);
  await expect(telemetry.getByRole('img', { name: /^Accepted in 30 days: 2, .* today 2$/ })).toBeVisible();
  await telemetry.evaluate((element) => element.scrollIntoView());
  await picture(page, 'telemetry-light');
  await picture(page, 'telemetry-dark', 'dark');
});

test('says how many events no account is known for, and what to do', async ({ page, request }) => {
  const { n_unattributed_events: unattributed } = await (await request.get('/api/v1/telemetry')).json();
  expect(unattributed).toBeGreaterThan(0);
  const telemetry = await open(page);
  await expect(telemetry).toContainText(`${unattributed} event${unattributed === 1 ? '' : 's'} in the lake`);
  await expect(telemetry).toContainText('context.groupId');
  await expect(page.locator('#sources')).toContainText(`${unattributed} event${unattributed === 1 ? '' : 's'} of telemetry`);
});

test('shows why a call was rejected and how it begins', async ({ page }) => {
  const telemetry = await open(page);
  const call = telemetry.getByRole('table', { name: 'Rejected calls' }).getByRole('row', { name: SOURCE });
  await expect(call.locator('[data-label="Reason"]')).toContainText('event');
  await call.locator('summary').press('Enter');
  await expect(call.locator('pre')).toContainText('long enough to be cut');
  await expectAccessible(page, '#telemetry');
});

test('refreshes by itself', async ({ page, request }) => {
  await page.clock.install();
  const telemetry = await open(page);
  await expect(cell(telemetry, 'Events accepted')).toHaveText('2');
  await send(request, [{ type: 'track', messageId: 'e2e-4', userId: 'e2e-nobody', event: 'Report Closed' }]);
  await counted(request, { n_events: 3 });
  await page.clock.fastForward(30_000);
  await expect(cell(telemetry, 'Events accepted')).toHaveText('3');
});

test('is accessible', async ({ page }) => {
  await open(page);
  await expectAccessible(page);
});

test('fits a phone', async ({ page }) => {
  await open(page);
  await expectNarrowFits(page);
  await expectAccessible(page, '#telemetry');
});
