import { readFileSync } from 'node:fs';

import { expect, type Page, type Route, test } from '@playwright/test';

import { bookOf, daysBefore, expectAccessible, expectNarrowFits, picture, settled } from './page';

/** Runs of the demo book: what the page shows at each level must not hang on what the book of the day allows. */
function runOf(level: 0 | 1 | 2) {
  return JSON.parse(readFileSync(new URL(`fixtures/drivers-level-${level}.json`, import.meta.url), 'utf8'));
}

const RUN = runOf(2);

/** A red renewal that churned, a green one for more, a yellow one without adoption. */
const ROWS = [
  row('A00001', { outcome: 'churned', successor_arr_cents: 0, colour: 'red', score: 31.2 }),
  row('A00002', { outcome: 'expansion', successor_arr_cents: 1_500_000 }),
  row('A00003', { colour: 'yellow', score: 61, adoption: null, is_used: false }),
];

function row(account: string, own: object) {
  return {
    account,
    name: `Account ${account}`,
    product: 'plan',
    due_on: '2026-03-19',
    decided_on: '2026-03-11',
    known_on: '2026-04-19',
    outcome: 'flat',
    due_arr_cents: 1_200_000,
    successor_arr_cents: 1_200_000,
    as_of: '2025-12-19',
    left_out: null,
    colour: 'green',
    score: 78.5,
    experience: 66.1,
    deployment: 58.4,
    engagement: 94.4,
    adoption: 65.5,
    roi: 100,
    arr_cents: 1_200_000,
    segment: 'smb',
    tenure_days: 1736,
    is_used: true,
    held_out_probability: 0.9,
    at_leads: [30, 90],
    ...own,
  };
}

/** Answers the calls of the page from here; gives back the addresses that were asked. */
async function answered(page: Page, run: object = RUN): Promise<string[]> {
  const asked: string[] = [];
  const answer = (json: unknown) => (route: Route) => {
    asked.push(route.request().url());
    return route.fulfill({ json });
  };
  await page.route(/\/api\/v1\/drivers(\?|$)/, answer(run));
  await page.route(/\/api\/v1\/analyses\/[^/]+\/rows$/, answer(ROWS));
  await page.route(/\/api\/v1\/analyses$/, answer([{ ...RUN, report: undefined, kind: 'drivers', request: { from: '2025-06-30', to: '2026-06-30', lead_days: 90 } }]));
  await page.route(/\/api\/v1\/analyses\/[^/]+$/, answer(run));
  return asked;
}

async function open(page: Page, search = ''): Promise<void> {
  await page.goto(`/insight/drivers${search}`);
  await settled(page);
}

const answerOf = (page: Page) => page.getByRole('region', { name: 'Which components go with renewal?' });
const rowsOf = (page: Page) => page.getByRole('region', { name: 'The renewals behind the numbers' });

test('answers from the book, and leads from a number to its renewals and their accounts', async ({ page, request }) => {
  // The real one, end to end: the level is what the book of the day allows, the counts are the server's.
  await open(page, '?rows=compared&colour=red&outcome=churned');
  const { report } = await (await request.get('/api/v1/drivers')).json();
  await expect(answerOf(page)).toContainText(`Level ${report.gate.level} of 3, ${report.gate.name}`);
  for (const sentence of report.sentences) await expect(answerOf(page)).toContainText(sentence);
  const { renewed } = report.by_colour.find(({ colour }: { colour: string }) => colour === 'red');
  const n = renewed.n - renewed.count;
  const { n_due: due, n_history: earlier } = report.counts;
  await expect(rowsOf(page).getByRole('status')).toContainText(`${n} of ${(due + earlier).toLocaleString('en-GB')} renewals`);
  await rowsOf(page).getByLabel('Colour').selectOption('');
  await rowsOf(page).getByLabel('Outcome').selectOption('churned');
  await rowsOf(page).getByLabel('Rows').selectOption('used');
  await expect(rowsOf(page).getByRole('status')).toContainText(`${report.counts.n_churned} of`);
  const account = rowsOf(page).getByRole('table').getByRole('link').first();
  await account.click();
  await expect(page).toHaveURL(/\/accounts\/[^?]+\?as_of=\d{4}-\d{2}-\d{2}/);
  await expect(page.getByText('what was known to have happened by then')).toBeVisible();
});

test('says what goes with renewal, with intervals, probabilities and what fails', async ({ page }) => {
  await answered(page);
  await open(page);
  for (const sentence of RUN.report.sentences) await expect(answerOf(page)).toContainText(sentence);
  await expect(answerOf(page)).toContainText('Level 2 of 3, predictive');
  await expect(answerOf(page)).toContainText('0 past plans of 4 needed');
  await expect(page.getByText(/\bcaus/i)).toHaveCount(0);
  await expect(page.getByRole('img', { name: /^Odds ratios of renewal .* Deployment 1\.49 \(1\.24 to 1\.78\)/ })).toBeVisible();
  await expect(page.getByRole('img', { name: /^Changes of the probability .* Adoption \+2\.6 \(\+2\.1 to \+3\.1\)/ })).toBeVisible();
  await expect(page.getByRole('img', { name: /^Predicted and observed renewal/ })).toBeVisible();
  await expect(page.getByRole('table', { name: 'Components and renewal' })).toContainText('+1.8 (+1.2 to +2.3)');
  await expect(page.getByRole('table', { name: 'Checks' }).getByRole('row', { name: /Lead decay/ })).toContainText('warning');
  await picture(page, 'drivers-light');
  await picture(page, 'drivers-dark', 'dark');
});

test('names a direction and no probability at level 1', async ({ page }) => {
  await answered(page, runOf(1));
  await open(page);
  await expect(answerOf(page)).toContainText('Level 1 of 3, indicative');
  await expect(answerOf(page)).toContainText('50 churns of 70 needed');
  await expect(page.getByRole('img', { name: /^Odds ratios of renewal/ })).toBeVisible();
  await expect(page.getByRole('img', { name: /probability/ })).toHaveCount(0);
  await expect(page.getByRole('img', { name: /^Predicted/ })).toHaveCount(0);
});

test('claims nothing at level 0, and says why', async ({ page }) => {
  await answered(page, runOf(0));
  await open(page);
  await expect(answerOf(page)).toContainText('Nothing is claimed from these renewals');
  await expect(answerOf(page)).toContainText('13 churns of 30 needed');
  await expect(page.getByText('associated with')).toHaveCount(0);
  await expect(page.getByRole('table', { name: 'Components and renewal' })).toHaveCount(0);
  await expect(page.getByRole('table', { name: 'Renewal by colour' })).toBeVisible();
  await expectAccessible(page, '#answer');
});

test('what is too good to be true bars until somebody who has looked says so', async ({ page }) => {
  const run = runOf(0);
  const words = 'the best column alone, adoption, has AUC 0.981: nothing is claimed until somebody who has looked signs off adoption and model';
  const check = { name: 'single_feature', passed: false, bars: true, words, sign_off: ['adoption', 'model'] };
  const asked = await answered(page, { ...run, report: { ...run.report, checks: [check] } });
  await open(page);
  await page.getByRole('link', { name: 'I have looked: all was known before' }).click();
  await expect(page).toHaveURL(/sign_off=adoption(,|%2C)model/);
  await expect.poll(() => asked.findLast((address) => /drivers\?/.test(address))).toMatch(/sign_off=adoption(,|%2C)model/);
  // A kept run stands as it was, and nobody has looked at another window's numbers.
  await page.getByRole('table', { name: 'Kept runs' }).getByRole('link').first().click();
  await expect(page).toHaveURL(/run=/);
  expect(page.url()).not.toContain('sign_off');
  await page.goBack();
  await expect(page).toHaveURL(/sign_off=/);
  const form = page.getByRole('form', { name: 'Which renewals' });
  await form.getByLabel('Due from').fill('2024-06-30');
  await form.getByRole('button', { name: 'Run' }).click();
  await expect(page).toHaveURL(/from=2024-06-30/);
  expect(page.url()).not.toContain('sign_off');
});

test('says in the server’s words why there is no model', async ({ page }) => {
  const run = runOf(0);
  const words = 'all 12 renewals were renewed: with one outcome only nothing can be compared; take a longer window';
  await answered(page, { ...run, report: { ...run.report, refused: words, validation: null, checks: [], leads: [] } });
  await open(page);
  await expect(answerOf(page)).toContainText('All 12 renewals were renewed');
  await expect(page.getByText('No check ran')).toBeVisible();
});

test('holds window, lead and workbook in the address', async ({ page, request }) => {
  const asked = await answered(page);
  const { default_as_of: day } = await bookOf(request);
  await open(page, `?from=2025-06-30&lead=60&as_of=${daysBefore(day, 10)}`);
  expect(asked[0]).toContain(`from=2025-06-30&to=${daysBefore(day, 9)}&lead_days=60`);
  const form = page.getByRole('form', { name: 'Which renewals' });
  await form.getByLabel('Due from').fill('2024-06-30');
  await form.getByLabel('under').selectOption('0');
  await form.getByRole('button', { name: 'Run' }).click();
  await expect(page).toHaveURL(/from=2024-06-30/);
  await expect(page).toHaveURL(/workbook=0/);
  await expect.poll(() => asked.findLast((address) => /drivers\?/.test(address))).toContain('workbook=0');
});

test('opens a kept run and says so', async ({ page }) => {
  await answered(page);
  await open(page);
  await page.getByRole('table', { name: 'Kept runs' }).getByRole('link').first().click();
  await expect(page).toHaveURL(new RegExp(`run=${RUN.id}`));
  const banner = page.getByRole('status').filter({ hasText: 'A kept run of' });
  await expect(banner).toContainText('revision 2 of the facts');
  await page.getByRole('link', { name: 'Back to the facts of today' }).click();
  await expect(banner).toHaveCount(0);
});

test('a number opens its rows, which one can take along', async ({ page }) => {
  const asked = await answered(page);
  await open(page);
  expect(asked.some((address) => address.includes('/rows'))).toBe(false);
  await page.getByRole('table', { name: 'Renewal by colour' }).getByRole('row', { name: /^red/ }).getByRole('link').nth(2).press('Enter');
  await expect(page).toHaveURL(/rows=compared&colour=red&outcome=churned#rows/);
  await expect(rowsOf(page).getByRole('status')).toContainText('1 of 3 renewals');
  expect(asked.find((address) => address.includes('/rows'))).toContain(`/analyses/${RUN.id}/rows`);
  const [download] = await Promise.all([page.waitForEvent('download'), rowsOf(page).getByRole('button', { name: 'CSV' }).click()]);
  const csv = readFileSync(await download.path(), 'utf8');
  expect(csv).toMatch(/^account,product,due_on,/);
  expect(csv).toContain('A00001,plan,2026-03-19,2026-03-11,churned,12000.00,0.00,2025-12-19,31.2');
  expect(csv).not.toContain('A00002');
  await Promise.all([page.waitForEvent('download'), page.keyboard.press('e')]);
  await rowsOf(page).getByRole('link', { name: 'Show all' }).click();
  await expect(rowsOf(page).getByRole('status')).toContainText('3 renewals');
});

test('each number opens as many renewals as it says', async ({ page, request }) => {
  const { report } = await (await request.get('/api/v1/drivers')).json();
  await open(page, '?rows=compared');
  await expect(rowsOf(page).getByRole('table')).toBeVisible();
  for (const fold of await page.locator('main details > summary').all()) await fold.click();
  const numbers = page.locator('main a[href$="#rows"]').filter({ hasText: /^[\d,]+$/ });
  const all = await numbers.allInnerTexts();
  // Counts, colours, checks and leads stand in every report; more in one that reaches level 2.
  expect(all.length).toBeGreaterThan(30 + (report.gate.level === 2 ? 30 : 0));
  for (const [place, n] of all.entries()) {
    const href = (await numbers.nth(place).getAttribute('href')) ?? '';
    await numbers.nth(place).click();
    await expect(page).toHaveURL((url) => [...new URL(href, url).searchParams].every(([name, value]) => url.searchParams.get(name) === value));
    await expect(rowsOf(page).getByRole('status'), page.url()).toContainText(new RegExp(`^${n} of`));
  }
});

test('exports the model with its exact intervals', async ({ page }) => {
  await answered(page);
  await open(page);
  const model = page.locator('#model');
  const [download] = await Promise.all([page.waitForEvent('download'), model.getByRole('button', { name: 'CSV' }).first().click()]);
  const csv = readFileSync(await download.path(), 'utf8');
  expect(csv).toContain('odds_ratio_low');
  expect(csv).toContain('dominance_share_high');
  expect(csv).toContain(String(RUN.report.model.terms[0].odds_ratio.high));
});

test('says that it takes some seconds, and what went wrong', async ({ page }) => {
  const held: Route[] = [];
  await page.route(/\/api\/v1\/drivers(\?|$)/, (route) => {
    held.push(route);
  });
  await page.goto('/insight/drivers');
  await expect(page.getByText('This takes some seconds')).toBeVisible();
  const detail = 'to 2025-01-01 is not after from';
  for (const route of held) await route.fulfill({ status: 400, json: { title: 'bad request', detail, request_id: 'abc' } });
  await expect(page.getByRole('alert')).toContainText(detail);
});

test('is accessible', async ({ page }) => {
  await answered(page);
  await open(page, '?rows=compared');
  await page.getByText('All 18 requirements').click();
  await expectAccessible(page);
});

test('fits a phone', async ({ page }) => {
  await answered(page);
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, '?rows=compared');
  await expectNarrowFits(page);
  await expectAccessible(page, 'main');
});
