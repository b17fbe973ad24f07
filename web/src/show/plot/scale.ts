/** Scales of small plots: from values to a fraction of the width, 0 at the left or foot, 1 at the right or top. */

export interface Scale {
  /** Where a value lies; what is beyond an end lies on it. */
  at: (value: number) => number;
  ticks: readonly number[];
  low: number;
  high: number;
}

const MOST_TICKS = 6;
/** Ratios that people know, above 1; below 1 their inverses. */
const RATIOS = [1.25, 1.5, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000];
const SHARES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999];

function scaleOf(low: number, high: number, ticks: readonly number[], transform: (value: number) => number): Scale {
  const from = transform(low);
  const span = transform(high) - from || 1;
  const at = (value: number) => Math.min(1, Math.max(0, (transform(Math.min(high, Math.max(low, value))) - from) / span));
  return { at, ticks, low, high };
}

/** Even steps over these values; the ends are ticks unless they are fixed. */
export function linearScale(
  values: readonly number[],
  fixed: { low?: number; high?: number } = {},
  mostTicks = MOST_TICKS,
): Scale {
  const known = values.filter(Number.isFinite);
  const least = fixed.low ?? Math.min(...known, ...(fixed.high === undefined ? [] : [fixed.high]));
  const most = fixed.high ?? Math.max(...known, ...(fixed.low === undefined ? [] : [fixed.low]));
  if (!Number.isFinite(least) || !Number.isFinite(most)) return scaleOf(0, 1, [0, 1], (value) => value);
  const step = niceStep((most - least || Math.abs(most) || 1) / (mostTicks - 1));
  const low = fixed.low ?? Math.floor(least / step + 1e-9) * step;
  const high = Math.max(fixed.high ?? Math.ceil(most / step - 1e-9) * step, low + (most === least ? step : 0));
  const ticks: number[] = [];
  // Counted, not summed: 0.1 three times is not 0.3.
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index += 1) ticks.push(rounded(index * step));
  return scaleOf(low, high, ticks, (value) => value);
}

/** 1, 2 or 5 times a power of ten, at least as large. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].find((one) => one * power >= least * (1 - 1e-9)) ?? 10;
  return rounded(step * power);
}

function rounded(value: number): number {
  return Number(value.toPrecision(12));
}

/** A log scale for ratios: 1 is always on it, and twice lies as far from it as half. */
export function ratioScale(values: readonly number[]): Scale {
  const known = values.filter((value) => Number.isFinite(value) && value > 0);
  const low = Math.min(0.8, ...known.map((value) => value / 1.04));
  const high = Math.max(1.25, ...known.map((value) => value * 1.04));
  const all = [...RATIOS.map((ratio) => 1 / ratio), 1, ...RATIOS].toSorted((a, b) => a - b);
  return scaleOf(low, high, thinned(within(all, low, high), 1), Math.log);
}

/** A logit scale for shares: as much room from 98 to 99 % as from 33 to 50 %. */
export function shareScale(values: readonly number[]): Scale {
  const known = values.filter((value) => value > 0 && value < 1);
  const low = SHARES.findLast((share) => share <= Math.min(0.5, ...known)) ?? 0.001;
  const high = SHARES.find((share) => share >= Math.max(0.5, ...known)) ?? 0.999;
  return scaleOf(low, high, within(SHARES, low, high), (share) => Math.log(share / (1 - share)));
}

function within(ticks: readonly number[], low: number, high: number): number[] {
  return ticks.filter((tick) => tick >= low && tick <= high);
}

/** So many of the ticks that they do not crowd; `kept` stays. */
function thinned(ticks: readonly number[], kept: number): number[] {
  const every = Math.ceil(ticks.length / MOST_TICKS);
  const place = ticks.indexOf(kept);
  return ticks.filter((_, index) => (index - place) % every === 0);
}

/** Pixels of a character of an axis and between two words. */
const CHARACTER = 6.6;
const GAP = 5;

/** The ticks whose words have room beside the one before. */
export function withRoom(ticks: readonly number[], x: (value: number) => number, words: (value: number) => string): number[] {
  let end = Number.NEGATIVE_INFINITY;
  return ticks.filter((tick) => {
    const half = (words(tick).length * CHARACTER) / 2;
    if (x(tick) - half < end + GAP) return false;
    end = x(tick) + half;
    return true;
  });
}
