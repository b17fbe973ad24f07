import { readFile } from 'node:fs/promises';

import { expect, type Page, test } from '@playwright/test';

import { accountOf, bookOf, daysBefore, expectAccessible, expectNarrowFits, picture, settled } from './page';

interface Cell {
  score: number | null;
  colour: string;
}

let account = '';
let name = '';

test.beforeEach(async ({ request }) => {
  ({ account, name } = await accountOf(request));
});

async function open(page: Page, rest = ''): Promise<void> {
  await page.goto(`/accounts/${encodeURIComponent(account)}${rest}`);
  await settled(page);
}

test('shows both scores as the API has them', async ({ page, request }) => {
  const view = await (await request.get(`/api/v1/accounts/${encodeURIComponent(account)}`)).json();
  await open(page);
  await expect(page).toHaveTitle(`${name} · Dearly`);
  for (const [label, cell] of [
    ['Outcomes', view.outcomes],
    ['Experience', view.experience],
  ] as [string, Cell][]) {
    const card = page.getByRole('region', { name: new RegExp(label, 'i') }).first();
    if (cell.score !== null) await expect(card).toContainText(cell.score.toFixed(1));
    await expect(card).toContainText(cell.score === null ? /new|coverage|missing|applicable|scorecard|customer/ : cell.colour);
  }
  await picture(page, 'account-light');
  await picture(page, 'account-dark', 'dark');
});

test('opens a number down to the facts', async ({ page }) => {
  await open(page, '#why');
  const measures = page.locator('#why button[aria-expanded]');
  await measures.first().click();
  await expect(page).toHaveURL(/open=/);
  await expect(page.locator('#why').getByText(/^Facts, /)).toBeVisible();
  await expectAccessible(page, '#why');
  await picture(page, 'why-light');

  await page.reload();
  await settled(page);
  await expect(page.locator('#why button[aria-expanded="true"]')).toHaveCount(1);
});

test('contributions add up to the score', async ({ request }) => {
  const answer = await request.get(`/api/v1/accounts/${encodeURIComponent(account)}/explanation`);
  const { outcomes } = await answer.json();
  test.skip(outcomes.score === null, 'the score is unknown');
  const measures = outcomes.components.flatMap((component: { measures: { contribution: number }[] }) => component.measures);
  const sum = [...measures, ...outcomes.caps].reduce((total, { contribution }) => total + contribution, 0);
  expect(sum).toBeCloseTo(outcomes.score, 6);
});

test('explains the other score, too', async ({ page }) => {
  await open(page);
  await page.getByText('Experience', { exact: true }).last().click();
  await expect(page).toHaveURL(/score=experience/);
});

test('compares with another day', async ({ page, request }) => {
  const book = await bookOf(request);
  await open(page);
  await page.getByRole('button', { name: '30 days ago' }).click();
  await page.getByRole('button', { name: '90 d', exact: true }).click();
  await expect(page).toHaveURL(new RegExp(`since=${daysBefore(book.default_as_of, 90)}`));
  await expect(page.getByRole('button', { name: '90 days ago' })).toBeVisible();
});

test('shows the chart’s numbers as a table and as CSV', async ({ page }) => {
  await open(page);
  const card = page.getByRole('region', { name: /outcomes/i }).first();
  await expect(card.getByRole('img', { name: /over twelve months/ })).toBeVisible();
  await card.getByRole('button', { name: 'Table' }).click();
  await expect(card.getByRole('table')).toBeVisible();
  const waiting = page.waitForEvent('download');
  await card.getByRole('button', { name: 'CSV' }).click();
  const text = await readFile(await (await waiting).path(), 'utf8');
  expect(text.split('\r\n')[0]).toContain('day,outcomes');
});

test('exports why by a key', async ({ page }) => {
  await open(page);
  const waiting = page.waitForEvent('download');
  await page.keyboard.press('e');
  const text = await readFile(await (await waiting).path(), 'utf8');
  expect(text.split('\r\n')[0]).toBe(
    'component,measure,label,state,value,value_text,points,colour,weight,effective_weight,contribution,note',
  );
});

test('walks the parts of the page by keyboard', async ({ page }) => {
  await open(page);
  await page.keyboard.press('j');
  await expect(page).toHaveURL(/#why$/);
  await page.keyboard.press('j');
  await expect(page).toHaveURL(/#people$/);
});

test('an address with a part comes in at that part', async ({ page }) => {
  await open(page, '#tickets');
  await expect(page.getByRole('heading', { name: 'Tickets', exact: true })).toBeInViewport();
});

test('filters the timeline', async ({ page }) => {
  await open(page, '#timeline');
  const kinds = page.getByRole('group', { name: 'Kinds' });
  await kinds.getByRole('button', { name: 'score' }).click();
  await expect(page).toHaveURL(/kind=score/);
  await kinds.getByRole('button', { name: 'everything' }).click();
  await expect(page).not.toHaveURL(/kind=/);
});

test('replays the past', async ({ page, request }) => {
  const book = await bookOf(request);
  const day = daysBefore(book.default_as_of, 120);
  const view = await (await request.get(`/api/v1/accounts/${encodeURIComponent(account)}?as_of=${day}`)).json();
  await open(page, `?as_of=${day}`);
  await expect(page.getByText('what was known to have happened by then')).toBeVisible();
  if (view.outcomes.score !== null) {
    await expect(page.getByRole('region', { name: /outcomes/i }).first()).toContainText(view.outcomes.score.toFixed(1));
  }
});

test('an account that is none leads back', async ({ page }) => {
  await page.goto('/accounts/no-such-account');
  await expect(page.getByText('There is no account “no-such-account”')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Back to the accounts' }).click();
  await expect(page).toHaveURL(/\/accounts$/);
});

test('is accessible', async ({ page }) => {
  // Scores alone: each entry of the timeline looks like the others, and axe looks at every one.
  await open(page, '?kind=score');
  await expectAccessible(page);
});

test('fits a phone', async ({ page }) => {
  await open(page, '?kind=score');
  await expectNarrowFits(page);
  await expectAccessible(page);
  await picture(page, 'account-phone');
});
