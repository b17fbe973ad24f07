import { describe, expect, it } from 'vitest';

import { addDays, daysBetween, duration, isDay, longDay, longInstant, relativeDay, relativeInstant, shortDay } from './day';

describe('days', () => {
  it.each([
    ['2025-03-03', true],
    ['2024-02-29', true],
    ['2025-02-29', false],
    ['2025-3-3', false],
    ['yesterday', false],
    [undefined, false],
  ])('%s is a day: %s', (text, expected) => expect(isDay(text)).toBe(expected));

  it('counts over years and leap days', () => {
    expect(daysBetween('2024-02-28', '2024-03-01')).toBe(2);
    expect(daysBetween('2026-01-01', '2025-12-31')).toBe(-1);
    expect(addDays('2025-12-31', 1)).toBe('2026-01-01');
    expect(addDays('2024-03-01', -1)).toBe('2024-02-29');
  });

  it('reads as people say it', () => {
    expect(longDay('2025-03-03')).toBe('3 March 2025');
    expect(shortDay('2025-03-03')).toBe('3 Mar 2025');
    expect(shortDay('2025-03-03', '2025-06-30')).toBe('3 Mar');
    expect(relativeDay('2026-06-30', '2026-06-30')).toBe('today');
    expect(relativeDay('2026-09-22', '2026-06-30')).toBe('in 84 d');
    expect(relativeDay('2026-06-18', '2026-06-30')).toBe('12 d ago');
    expect(longInstant('2026-06-30T18:04:11+02:00')).toBe('30 Jun 2026, 16:04 UTC');
    expect(duration('2026-06-30T18:04:11Z', '2026-06-30T18:07:31Z')).toBe('3 min 20 s');
  });

  it.each([
    ['2026-06-30T12:00:00Z', 'just now'],
    ['2026-06-30T11:59:00.001Z', 'just now'],
    ['2026-06-30T11:59:00Z', '1 minute ago'],
    ['2026-06-30T13:57:00+02:00', '3 minutes ago'],
    ['2026-06-30T11:00:00Z', '1 hour ago'],
    ['2026-06-29T12:00:01Z', '23 hours ago'],
    ['2026-06-28T12:00:00Z', '2 days ago'],
    ['2026-06-30T12:00:59Z', 'just now'],
    ['2026-06-30T14:00:00Z', 'in 2 hours'],
    ['soon', 'soon'],
  ])('%s reads %s', (instant, text) => expect(relativeInstant(instant, Date.parse('2026-06-30T12:00:00Z'))).toBe(text));
});
