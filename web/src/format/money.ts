/** Money: short in tables, whole on hover and in exports. Amounts come as cents of the reporting currency. */

type Currency = string | null | undefined;

const SYMBOLS: Record<string, string> = { EUR: '€', USD: '$', GBP: '£', JPY: '¥', CHF: 'CHF\u00a0', INR: '₹' };
const STEPS: [number, string][] = [
  [1e9, 'B'],
  [1e6, 'M'],
  [1e3, 'k'],
];

function symbol(currency: Currency): string {
  if (!currency) return '';
  return SYMBOLS[currency] ?? `${currency}\u00a0`;
}

/** `€1.2 M`, `€240 k`, `€860`: at most three figures that count. */
export function shortMoney(cents: number, currency: Currency): string {
  const sign = cents < 0 ? '−' : '';
  const amount = Math.abs(cents) / 100;
  for (const [size, letter] of STEPS) {
    // 999,950 would round to "1000 k": it belongs to the next step.
    if (amount >= size * 0.9995) {
      const scaled = amount / size;
      return `${sign}${symbol(currency)}${scaled.toFixed(scaled < 99.95 ? 1 : 0).replace(/\.0$/, '')}\u00a0${letter}`;
    }
  }
  return `${sign}${symbol(currency)}${Math.round(amount)}`;
}

/** `€240,000` or `€240,000.50`. */
export function wholeMoney(cents: number, currency: Currency): string {
  const sign = cents < 0 ? '−' : '';
  const amount = Math.abs(cents) / 100;
  const digits = Number.isInteger(amount) ? 0 : 2;
  const text = amount.toLocaleString('en-GB', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${sign}${symbol(currency)}${text}`;
}

/** `240000.50`: for a spreadsheet. */
export function plainMoney(cents: number): string {
  return (cents / 100).toFixed(2);
}
