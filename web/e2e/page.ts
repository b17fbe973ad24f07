import { AxeBuilder } from '@axe-core/playwright';
import { type APIRequestContext, expect, type Page } from '@playwright/test';

const NARROW = { width: 390, height: 844 };
/** How long a page may take that nobody asked for before, on a machine that is busy otherwise. */
const LOADING_MS = 90_000;
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

export interface Book {
  default_as_of: string;
  first_fact_on: string;
  n_accounts: number;
}

/** What the server says of itself. */
export async function bookOf(request: APIRequestContext): Promise<Book> {
  const answer = await request.get('/api/v1/book');
  expect(answer.ok()).toBe(true);
  return answer.json();
}

export interface Account {
  account: string;
  name: string;
}

let fallen: Promise<Account> | undefined;

/** The account that fell most in 30 days: much to explain. Asked for once, the book does not change during the tests. */
export function accountOf(request: APIRequestContext): Promise<Account> {
  fallen ??= request
    .get('/api/v1/accounts?sort=change&direction=asc&limit=1')
    .then((answer) => answer.json())
    .then(({ rows }) => rows[0]);
  return fallen;
}

/** The day so many days before. */
export function daysBefore(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);
}

/** Waits until nothing on the page is loading any more. */
export async function settled(page: Page): Promise<void> {
  await expect(page.locator('h1')).not.toHaveText('Dearly', { timeout: LOADING_MS });
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0, { timeout: LOADING_MS });
  await page.waitForLoadState('networkidle');
}

/**
 * No finding of axe, on the whole page or in one part of it: all rules as light, and as dark those that see colours, for
 * the others see the same elements.
 */
export async function expectAccessible(page: Page, part?: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme);
    // A colour on its way from light to dark is neither.
    await expect.poll(() => page.evaluate(() => document.getAnimations().length)).toBe(0);
    const axe = new AxeBuilder({ page });
    if (part) axe.include(part);
    if (colorScheme === 'light') axe.withTags(RULES);
    else axe.withRules(COLOUR_RULES);
    const { violations } = await axe.analyze();
    const findings = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join('; ')}`);
    expect(findings, `axe, ${colorScheme}`).toEqual([]);
  }
}

/** Fits a phone: nothing is wider than the window. */
export async function expectNarrowFits(page: Page): Promise<void> {
  await page.setViewportSize(NARROW);
  await settled(page);
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(excess, 'pixels beyond the window').toBeLessThanOrEqual(0);
}

/** A picture for the documentation, where `SCREENSHOTS` asks for them: it names the folder. */
export async function picture(page: Page, name: string, scheme: 'light' | 'dark' = 'light'): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (!folder) return;
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
  await settled(page);
  await page.screenshot({ path: `${folder}/${name}.png` });
}
