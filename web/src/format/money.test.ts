import { expect, it } from 'vitest';

import { plainMoney, shortMoney, wholeMoney } from './money';

it.each([
  [120_000_000, 'EUR', '€1.2\u00a0M'],
  [24_000_000, 'EUR', '€240\u00a0k'],
  [86_000, 'EUR', '€860'],
  [0, 'EUR', '€0'],
  // Just below a step: never "1000 k".
  [99_996_000, 'EUR', '€1\u00a0M'],
  [15_600_000_000, 'USD', '$156\u00a0M'],
  [-500_000, 'SEK', '−SEK\u00a05\u00a0k'],
  [500_000, null, '5\u00a0k'],
])('%d cents of %s are short %s', (cents, currency, text) => expect(shortMoney(cents, currency)).toBe(text));

it('is whole on hover and plain in exports', () => {
  expect(wholeMoney(24_000_000, 'EUR')).toBe('€240,000');
  expect(wholeMoney(24_000_050, 'EUR')).toBe('€240,000.50');
  expect(plainMoney(24_000_050)).toBe('240000.50');
});
