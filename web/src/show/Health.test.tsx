import { MantineProvider } from '@mantine/core';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';

import type { ScoreCell } from '../api/client';
import { Health } from './Health';

function text(cell: ScoreCell, size?: 'list' | 'narrow' | 'detail'): string {
  const markup = renderToStaticMarkup(
    <MantineProvider>
      <Health cell={cell} {...(size ? { size } : {})} />
    </MantineProvider>,
  );
  return markup
    .replaceAll(/<style.*?<\/style>/gs, '')
    .replaceAll(/<[^>]+>/g, '')
    .trim();
}

const cell: ScoreCell = { score: 44.2, colour: 'red', coverage: 1, partial: false };

it('never shows the colour alone', () => expect(text(cell)).toBe('44 red'));

it('takes the colour from the unrounded score', () => {
  expect(text({ ...cell, score: 49.96 })).toBe('50 red');
  expect(text({ ...cell, score: 49.96 }, 'detail')).toBe('50.0 red');
});

it('marks what is partial and says what is unknown', () => {
  expect(text({ ...cell, coverage: 0.83, partial: true })).toBe('44 red partial');
  expect(text({ score: null, colour: 'unknown', coverage: 0.45, partial: false, reason: 'coverage' })).toBe(
    'unknowncoverage 45\u00a0%',
  );
  expect(text({ score: null, colour: 'unknown', coverage: 0, partial: false, reason: 'new' }, 'narrow')).toBe('unknown new');
});
