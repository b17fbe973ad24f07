import { expect, type Page, test } from '@playwright/test';

import { accountOf, expectAccessible, expectNarrowFits, picture, settled } from './page';

async function open(page: Page): Promise<void> {
  await page.goto('/data');
  await settled(page);
}

test('lists imports with their reports', async ({ page, request }) => {
  const imports = await (await request.get('/api/v1/imports')).json();
  await open(page);
  await expect(page.getByRole('table', { name: 'Imports' }).getByRole('link')).toHaveCount(Math.min(8, imports.length));
  await expect(page.getByRole('table', { name: /^Report of/ })).toContainText('accounts');
  await picture(page, 'data-light');
  await picture(page, 'data-dark', 'dark');
});

test('opens the report of an import by its address', async ({ page }) => {
  await open(page);
  await page.getByRole('table', { name: 'Imports' }).getByRole('link').last().click();
  await expect(page).toHaveURL(/import=/);
});

test('shows the sources with freshness and coverage', async ({ page }) => {
  await open(page);
  const sources = page.getByRole('table', { name: 'Sources' });
  await expect(sources.getByRole('row', { name: /subscriptions/ })).toContainText('%');
});

test('finds an account in the coverage and leads to it', async ({ page, request }) => {
  const account = await accountOf(request);
  await open(page);
  await page.getByRole('searchbox', { name: 'Find accounts in the coverage' }).fill(account.account);
  await expect(page).toHaveURL(/q=/);
  await page.locator('#coverage').getByRole('link', { name: account.name }).first().click();
  await expect(page.getByRole('heading', { level: 1, name: account.name })).toBeVisible();
});

test('tells how telemetry begins where there is none', async ({ page, baseURL }) => {
  await page.route('**/api/v1/telemetry', (route) => route.fulfill({ json: { sources: [], n_unattributed_events: 0, rejected: [] } }));
  await open(page);
  const telemetry = page.getByRole('region', { name: 'Telemetry' });
  await expect(telemetry).toContainText('dearly key create --write --source web');
  await expect(telemetry).toContainText(`${baseURL}/v1`);
  await expect(telemetry.getByRole('button', { name: 'Copy host' })).toBeVisible();
  await expect(telemetry.getByRole('button', { name: 'Copy address' })).toBeVisible();
  await expectAccessible(page, '#telemetry');
});

test('says when telemetry could not be refreshed, and goes on showing it', async ({ page }) => {
  await page.clock.install();
  await page.route('**/api/v1/telemetry', (route) => route.fulfill({ json: { sources: [], n_unattributed_events: 7, rejected: [] } }));
  await open(page);
  const telemetry = page.getByRole('region', { name: 'Telemetry' });
  await expect(telemetry).toContainText('7 events');
  await page.route('**/api/v1/telemetry', (route) => route.fulfill({ status: 500, json: { title: 'the server failed' } }));
  await page.clock.fastForward(30_000);
  await expect(telemetry.getByRole('status')).toContainText('the server has not answered since');
  await expect(telemetry).toContainText('7 events');
});

test('changes its colours at once where less motion is asked for', async ({ page }) => {
  await open(page);
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark');
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
});

test('is accessible', async ({ page }) => {
  await open(page);
  await expectAccessible(page);
});

test('fits a phone', async ({ page }) => {
  await open(page);
  await expectNarrowFits(page);
  await expectAccessible(page);
});
