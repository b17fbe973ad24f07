import { expect, it } from 'vitest';

import { personOf, reasonOf, titled, withoutPrefix } from './words';

it('names owners after their e-mail', () => {
  expect(personOf('anna.li@vendor.example')).toBe('Anna Li');
  expect(personOf('customer success')).toBe('customer success');
});

it('says why a score is unknown', () => {
  const cell = { colour: 'unknown' as const, coverage: 0.45, partial: false };
  expect(reasonOf({ ...cell, reason: 'coverage' })).toBe('coverage 45\u00a0%');
  expect(reasonOf({ ...cell, reason: 'new' })).toBe('new');
  expect(reasonOf({ ...cell, reason: 'some_later_reason' })).toBe('some later reason');
  expect(titled('executive_sponsor')).toBe('Executive sponsor');
  expect(withoutPrefix('Adoption: usage trend', 'Adoption')).toBe('Usage trend');
  expect(withoutPrefix('Usage: trend', 'Adoption')).toBe('Usage: trend');
});
