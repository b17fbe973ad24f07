/** What an analysis found, as text: estimates with intervals, levels, states of checks. */

import type { Check, Colour, Gate, Range, RollingValidation } from '../../../api/client';
import { signed } from '../../../format/number';
import { titled } from '../../../format/words';

/** `1.49 (1.24 to 1.78)`. */
export function interval(range: Range, show: (value: number) => string): string {
  return `${show(range.estimate)} (${show(range.low)} to ${show(range.high)})`;
}

/** Two decimals; of large ones as many figures as count. */
export function ratio(value: number): string {
  if (!Number.isFinite(value)) return '∞';
  if (Math.abs(value) >= 100) return value.toFixed(0).replace('-', '−');
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2).replace('-', '−');
}

/** `1.5`, `2`, `0.67`: a tick without zeros that say nothing. */
export function ratioTick(value: number): string {
  return String(Number(value.toPrecision(value < 1 ? 2 : 3)));
}

/** `+2.2`: a change of a probability in percentage points. */
export function points(change: number): string {
  return signed(100 * change);
}

/** `0.029`, `< 0.001`. */
export function pValue(value: number | null | undefined): string {
  if (value == null) return '–';
  return value < 0.001 ? '< 0.001' : value.toFixed(3);
}

/** `roi` → `ROI`, `segment[mid_market]` → `Segment: mid market`, `log(arr)` → `ARR, log`. */
export function termWords(term: string): string {
  const words: Record<string, string> = { roi: 'ROI', 'log(arr)': 'ARR, logarithm', tenure_years: 'Tenure, years', arr: 'ARR' };
  const level = /^(\w+)\[(.+)\]$/.exec(term);
  if (level) return `${titled(level[1] ?? '')}: ${(level[2] ?? '').replaceAll('_', ' ')}`;
  return words[term] ?? titled(term);
}

/** What each level of the gate allows. */
export const LEVELS = [
  { name: 'descriptive', allows: 'counts, and no claim' },
  { name: 'indicative', allows: 'directions with intervals' },
  { name: 'predictive', allows: 'probabilities' },
  { name: 'proven', allows: 'plans that held' },
] as const;

/** Why the level is not higher, in words. */
export function failingWords(gate: Gate): string | undefined {
  if (gate.failing.length === 0) return undefined;
  return `Level ${gate.level + 1} (${LEVELS[gate.level + 1]?.name ?? 'next'}) is not reached: ${gate.failing.join('; ')}.`;
}

interface CheckState {
  colour: Colour;
  word: string;
}

/** A failed check that bars nothing is a warning. */
export function checkState({ passed, bars }: Check): CheckState {
  if (passed == null) return { colour: 'unknown', word: 'too few data' };
  if (passed) return { colour: 'green', word: 'passed' };
  return bars ? { colour: 'red', word: 'failed' } : { colour: 'yellow', word: 'warning' };
}

/** Discrimination in words that everybody reads; no probability of anything. */
export function aucSentence({ auc, n, n_churned: nChurned }: RollingValidation): string {
  const times = interval(auc, (value) => (value * 100).toFixed(0));
  return `Of a renewed and a churned renewal, frozen models ranked the renewed one higher ${times} times of 100: ${n} held-out renewals, ${nChurned} of them churned.`;
}

/** Whether an estimate's interval holds the value it should have. */
export function holds({ low, high }: Range, value: number): boolean {
  return low <= value && value <= high;
}
