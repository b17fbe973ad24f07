import { expect, it } from 'vitest';

import { frameSearch, listOf, parseSearch, stringifySearch, toggled } from './url';

it('reads and writes addresses that people can read', () => {
  const search = { segment: 'enterprise,smb', q: 'Müller & Co', as_of: '2025-03-03' };
  const text = stringifySearch(search);
  expect(text).toBe('?segment=enterprise,smb&q=M%C3%BCller%20%26%20Co&as_of=2025-03-03');
  expect(parseSearch(text)).toEqual(search);
  expect(stringifySearch({ q: undefined, sort: '' })).toBe('');
});

it('takes only days and instants that exist', () => {
  expect(frameSearch({ as_of: '2025-02-30', known_by: 'soon', other: 'x' })).toEqual({});
  expect(frameSearch({ as_of: '2025-02-28', known_by: '2025-03-01T00:00:00Z' })).toEqual({
    as_of: '2025-02-28',
    known_by: '2025-03-01T00:00:00Z',
  });
});

it('adds to and takes from lists', () => {
  expect(listOf(undefined)).toEqual([]);
  expect(toggled(undefined, 'red')).toBe('red');
  expect(toggled('red', 'green')).toBe('red,green');
  expect(toggled('red', 'red')).toBeUndefined();
  expect(toggled('retail', 'food, drink')).toBe('retail,"food, drink"');
  expect(listOf('retail,"food, drink","the ""best"" one"')).toEqual(['retail', 'food, drink', 'the "best" one']);
});
