import { expect, it } from 'vitest';

import { csvText, guarded } from './csv';

it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx'])('%j is kept from being a formula', (text) =>
  expect(guarded(text)).toBe(`'${text}`),
);

it.each(['Northwind', 'a=b', ' =1', ''])('%j stays as it is', (text) => expect(guarded(text)).toBe(text));

it('quotes what needs it, keeps numbers numbers and empty empty', () => {
  expect(csvText(['name', 'points'], [['a "b", c', -2.5], ['=cmd', null], ['line\nbreak', true]])).toBe(
    'name,points\r\n"a ""b"", c",-2.5\r\n\'=cmd,\r\n"line\nbreak",true\r\n',
  );
});
