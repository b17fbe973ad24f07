import { readFile } from 'node:fs/promises';

import { expect, type Page, test } from '@playwright/test';

import { accountOf, bookOf, daysBefore, expectAccessible, expectNarrowFits, picture, settled } from './page';

const COLOURS = 'Outcomes colours';

async function open(page: Page, search = ''): Promise<void> {
  await page.goto(`/accounts${search}`);
  await settled(page);
}

function rowsOf(page: Page) {
  return page.locator('tbody tr[data-index]');
}

async function countedAccounts(page: Page): Promise<number> {
  const text = await page.getByRole('status').filter({ hasText: 'ARR' }).innerText();
  return Number(text.replaceAll(',', '').match(/^\d+/)?.[0]);
}

test('the start leads to the list', async ({ page }) => {
  await page.goto('/');
  await expect(page).toHaveURL(/\/accounts$/);
  await settled(page);
  await expect(page).toHaveTitle('Accounts · Dearly');
  await expect(rowsOf(page).first()).toBeVisible();
  expect(await countedAccounts(page)).toBeGreaterThan(0);
  await picture(page, 'accounts-light');
  await picture(page, 'accounts-dark', 'dark');
});

test('totals follow the filter, and the address holds it', async ({ page }) => {
  await open(page);
  const red = page.getByRole('group', { name: COLOURS }).getByRole('button', { name: /red$/ });
  const nRed = Number((await red.innerText()).replaceAll(/\D/g, ''));
  await red.click();
  await expect(page).toHaveURL(/colour=red/);
  await expect.poll(() => countedAccounts(page)).toBe(nRed);
  await expect(rowsOf(page).first()).toContainText('red');

  await page.reload();
  await settled(page);
  expect(await countedAccounts(page)).toBe(nRed);
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await expect(page).not.toHaveURL(/colour=/);
  await page.goBack();
  await expect(page).toHaveURL(/colour=red/);
});

test('filters by segment and by a component’s colour', async ({ page }) => {
  await open(page);
  const all = await countedAccounts(page);
  await page.getByRole('button', { name: 'Segment' }).click();
  await page.getByRole('checkbox').first().check();
  await expect(page).toHaveURL(/segment=/);
  await expect.poll(() => countedAccounts(page)).toBeLessThan(all);
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Component' }).click();
  await page.getByRole('radio', { name: 'Adoption' }).check();
  await page.getByRole('checkbox', { name: 'green' }).check();
  await expect(page).toHaveURL(/component=adoption/);
  await expect(page).toHaveURL(/component_colour=green/);
});

test('sorts by every column that has an order', async ({ page, request }) => {
  await open(page);
  const headers = page.locator('thead th:has(button)');
  for (let index = 0; index < (await headers.count()); index += 1) {
    const header = headers.nth(index);
    const before = await header.getAttribute('aria-sort');
    await header.getByRole('button').click();
    await expect(header).toHaveAttribute('aria-sort', /ascending|descending/);
    expect(await header.getAttribute('aria-sort')).not.toBe(before);
  }
  await page.getByRole('columnheader', { name: 'Account' }).getByRole('button').click();
  await expect(page).toHaveURL(/sort=name/);
  const { rows } = await (await request.get('/api/v1/accounts?sort=name&direction=asc&limit=5')).json();
  const names: string[] = rows.map((row: { name: string }) => row.name);
  await expect
    .poll(async () => (await rowsOf(page).locator('th').allInnerTexts()).slice(0, names.length))
    .toEqual(names);
});

test('chooses columns', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('checkbox', { name: 'Tier' }).check();
  await expect(page.getByRole('columnheader', { name: 'Tier' })).toBeVisible();
  await expect(page).toHaveURL(/columns=.*tier/);
});

test('loads on while one scrolls', async ({ page }) => {
  await open(page);
  const all = await countedAccounts(page);
  test.skip(all <= 200, 'the book fits one page');
  await expect(async () => {
    await page.locator('table').locator('xpath=..').evaluate((scroller) => scroller.scrollTo(0, scroller.scrollHeight));
    await expect(page.locator(`tr[aria-rowindex="${all + 1}"]`)).toBeVisible({ timeout: 500 });
  }).toPass();
  // Only the rows in view exist.
  expect(await rowsOf(page).count()).toBeLessThan(80);
});

test('is worked by keyboard alone', async ({ page }) => {
  await open(page);
  await page.keyboard.press('j');
  await expect(rowsOf(page).nth(0).getByRole('link')).toBeFocused();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  const second = rowsOf(page).nth(1).getByRole('link');
  await expect(second).toBeFocused();
  const name = await second.innerText();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();

  await page.keyboard.press('g');
  await page.keyboard.press('d');
  await expect(page).toHaveURL(/\/data/);
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await expect(page).toHaveURL(/\/accounts$/);

  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toContainText('next account');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);

  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: 'Find accounts' })).toBeFocused();
});

test('jumps to an account from anywhere', async ({ page, request }) => {
  const account = await accountOf(request);
  await page.goto('/data');
  await settled(page);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill(account.name);
  await expect(page.getByRole('option', { name: account.name }).first()).toBeVisible();
  await expectAccessible(page, '[role="dialog"]');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: account.name })).toBeVisible();
});

test('replays the past, from page to page', async ({ page, request }) => {
  const book = await bookOf(request);
  const day = daysBefore(book.default_as_of, 365);
  const before = await (await request.get(`/api/v1/accounts?as_of=${day}&limit=1`)).json();
  await open(page, `?as_of=${day}`);
  await expect(page.getByText('what was known to have happened by then')).toBeVisible();
  expect(await countedAccounts(page)).toBe(before.totals.n_accounts);
  await expectAccessible(page, 'main > :first-child');

  await rowsOf(page).first().getByRole('link').click();
  await expect(page).toHaveURL(new RegExp(`as_of=${day}`));
  await expect(page.getByText('what was known to have happened by then')).toBeVisible();
  await page.getByRole('link', { name: /^Back to / }).click();
  await expect(page).not.toHaveURL(/as_of=/);
});

test('chooses the day in the header', async ({ page, request }) => {
  const book = await bookOf(request);
  await open(page, '?colour=red');
  await page.getByRole('button', { name: /choose another day/ }).click();
  await expect(page.getByRole('button', { name: 'Next month' })).toBeVisible();
  await expectAccessible(page, '[role="dialog"]');
  await page.getByRole('button', { name: /^90 days before/ }).click();
  await expect(page).toHaveURL(new RegExp(`as_of=${daysBefore(book.default_as_of, 90)}`));
  await expect(page).toHaveURL(/colour=red/);
});

test('exports exactly what is listed', async ({ page }) => {
  await open(page, '?colour=red');
  const listed = await countedAccounts(page);
  const waiting = page.waitForEvent('download');
  await page.keyboard.press('e');
  const download = await waiting;
  const text = await readFile(await download.path(), 'utf8');
  expect(text.trimEnd().split('\n')).toHaveLength(listed + 1);
});

test('says so where nothing fits', async ({ page }) => {
  await open(page, '?q=no-account-is-called-this');
  await expect(page.getByText('No account fits')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('main').getByRole('button', { name: 'Clear filters' }).last().click();
  await expect(rowsOf(page).first()).toBeVisible();
});

test('an unknown address helps on', async ({ page }) => {
  await page.goto('/no/such/page');
  await expect(page.getByText('There is no page at /no/such/page')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Go to the accounts' }).click();
  await expect(page).toHaveURL(/\/accounts$/);
});

test('is accessible', async ({ page }) => {
  await open(page);
  await expectAccessible(page);
});

test('fits a phone, as cards', async ({ page }) => {
  await open(page);
  await expectNarrowFits(page);
  await expect(page.getByRole('list', { name: 'Accounts' }).getByRole('listitem').first()).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'accounts-phone');
});
