import { describe, expect, it } from 'vitest';

import { linearScale, ratioScale, shareScale } from './scale';

describe('an even scale', () => {
  it('ends on ticks around the values', () => {
    const scale = linearScale([0.08, 3.1], { low: 0 });
    expect(scale.ticks).toEqual([0, 1, 2, 3, 4]);
    expect(scale.at(2)).toBe(0.5);
  });

  it('keeps fixed ends, and what is beyond lies on them', () => {
    const scale = linearScale([0.9], { low: 0, high: 1 });
    expect(scale.ticks).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(scale.at(1.4)).toBe(1);
    expect(scale.at(-1)).toBe(0);
  });

  it('reaches below zero, and stands one value and none', () => {
    expect(linearScale([-1.2, 2.4, 0]).ticks).toEqual([-2, -1, 0, 1, 2, 3]);
    expect(linearScale([2]).high).toBeGreaterThan(linearScale([2]).low);
    expect(linearScale([]).ticks).toEqual([0, 1]);
  });
});

describe('a scale of ratios', () => {
  it('lays twice as far from 1 as half', () => {
    const scale = ratioScale([0.5, 2]);
    expect(scale.at(1)).toBeCloseTo(0.5);
    expect(scale.at(2) - scale.at(1)).toBeCloseTo(scale.at(1) - scale.at(0.5));
  });

  it('always holds 1, with few ticks', () => {
    for (const values of [[1.24, 1.82], [0.1, 0.3], [0.001, 900], []]) {
      const { ticks } = ratioScale(values);
      expect(ticks).toContain(1);
      expect(ticks.length).toBeLessThanOrEqual(7);
    }
  });
});

describe('a scale of shares', () => {
  it('spreads what is near to all', () => {
    const scale = shareScale([0.44, 0.99]);
    expect(scale.low).toBe(0.35);
    expect(scale.high).toBe(0.99);
    expect(scale.at(0.98) - scale.at(0.95)).toBeGreaterThan(scale.at(0.53) - scale.at(0.5));
  });

  it('lays all and none on its ends', () => {
    const scale = shareScale([0.2, 0.9]);
    expect(scale.at(1)).toBe(1);
    expect(scale.at(0)).toBe(0);
  });
});
