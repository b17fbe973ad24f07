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

test('is accessible', async ({ page }) => {
  await open(page);
  await expectAccessible(page);
});

test('fits a phone', async ({ page }) => {
  await open(page);
  await expectNarrowFits(page);
  await expectAccessible(page);
});
