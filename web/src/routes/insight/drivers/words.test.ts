import { describe, expect, it } from 'vitest';

import { checkState, failingWords, interval, points, pValue, ratio, ratioTick, termWords } from './words';

describe('estimates in words', () => {
  it('stand with their intervals', () => {
    expect(interval({ estimate: 1.488, low: 1.24, high: 1.784 }, ratio)).toBe('1.49 (1.24 to 1.78)');
    expect(interval({ estimate: 0.0058, low: -0.0008, high: 0.0109 }, points)).toBe('+0.6 (−0.1 to +1.1)');
  });

  it('have as many figures as count', () => {
    expect([0.61, 14.31, 125.45, Number.POSITIVE_INFINITY].map(ratio)).toEqual(['0.61', '14.3', '125', '∞']);
    expect([2 / 3, 1.25, 2].map(ratioTick)).toEqual(['0.67', '1.25', '2']);
    expect([0.00001, 0.0287, null].map(pValue)).toEqual(['< 0.001', '0.029', '–']);
  });

  it('name the columns of the model', () => {
    expect(['roi', 'adoption', 'segment[mid_market]', 'log(arr)'].map(termWords)).toEqual([
      'ROI',
      'Adoption',
      'Segment: mid market',
      'ARR, logarithm',
    ]);
  });
});

it('says which level is not reached, and why', () => {
  const gate = { level: 1, name: 'indicative', failing: ['41 churns of 71 needed'], lines: [] };
  expect(failingWords(gate)).toBe('Level 2 (predictive) is not reached: 41 churns of 71 needed.');
  expect(failingWords({ ...gate, failing: [] })).toBeUndefined();
});

it('warns where a failed check bars nothing', () => {
  const check = { name: 'lead_decay', bars: false, words: '', sign_off: [] };
  expect(checkState({ ...check, passed: false }).word).toBe('warning');
  expect(checkState({ ...check, passed: false, bars: true }).word).toBe('failed');
  expect(checkState({ ...check, passed: null }).word).toBe('too few data');
});
