import { expect, it } from 'vitest';

import { count, counted, inUnit, oneDecimal, percent, signed } from './number';

it('writes numbers as the pages show them', () => {
  expect(count(1_204_331)).toBe('1,204,331');
  expect(count(null)).toBe('–');
  expect(counted(1, 'account')).toBe('1 account');
  expect(counted(0, 'person', 'people')).toBe('0 people');
  expect(percent(0.454)).toBe('45\u00a0%');
  expect(oneDecimal(-0.04)).toBe('0.0');
  expect(oneDecimal(-9.12)).toBe('−9.1');
  expect(signed(2.14)).toBe('+2.1');
  expect(signed(0.04)).toBe('0.0');
});

it.each([
  [0.5, 'percent', '50\u00a0%'],
  [-0.2, 'change', '−20\u00a0%'],
  [1.5, 'ratio', '1.5 ×'],
  [30, 'days', '30 d'],
  [3, 'count', '3'],
])('%d %s reads %s', (value, unit, text) => expect(inUnit(value, unit)).toBe(text));
