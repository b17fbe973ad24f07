import { describe, expect, it } from 'vitest';

import type { RejectedCallRow, TelemetryDay } from '../../api/client';
import { busiest, byDay, cut, everyDay, visible, volumeText, withKeys } from './telemetry';

function day(on: string, n_events: number, n_calls = 0): TelemetryDay {
  return { on, counts: { n_events, n_calls, n_duplicates: 1, n_rejected: 2, n_unattributed: 3 } };
}

function call(received_at: string, reason: string): RejectedCallRow {
  return { source: 'web', received_at, reason, excerpt: '{}' };
}

describe('days', () => {
  const days = everyDay([day('2026-02-20', 4, 1), day('2026-03-03', 5), day('2026-03-04', 2)], '2026-03-04');

  it('fills those on which nothing came', () => {
    expect(days.length).toBe(30);
    expect(days[0]?.on).toBe('2026-02-03');
    expect(days.at(-1)).toEqual(day('2026-03-04', 2));
    expect(days.filter(({ counts }) => counts.n_rejected > 0).map(({ on }) => on)).toEqual(['2026-02-20', '2026-03-03', '2026-03-04']);
  });

  it('leaves out what is older than the strip', () => {
    expect(volumeText(everyDay([day('2026-02-02', 9)], '2026-03-04'))).toBe('Accepted in 30 days: 0');
  });

  it('are said in words', () => {
    expect(busiest(days)?.on).toBe('2026-03-03');
    expect(volumeText(days)).toBe('Accepted in 30 days: 12, most on 3 Mar 2026 with 5, today 2');
    expect(volumeText(everyDay([day('2026-03-01', 1_204)], '2026-03-04'))).toBe(
      'Accepted in 30 days: 1,204, most on 1 Mar 2026 with 1,204, today 0',
    );
  });

  it('of all sources stand newest first', () => {
    const source = { n_keys: 1, total: day('2026-03-04', 0).counts };
    const rows = byDay([
      { source: 'web', ...source, days: [day('2026-03-03', 1), day('2026-03-04', 1)] },
      { source: 'app', ...source, days: [day('2026-03-04', 1)] },
    ]);
    expect(rows.map((row) => `${row.on} ${row.source}`)).toEqual(['2026-03-04 app', '2026-03-04 web', '2026-03-03 web']);
  });
});

describe('rejected calls', () => {
  it('keep their keys when newer ones come, or they come again', () => {
    const before = withKeys([call('2026-03-04T10:00:00Z', 'no user'), call('2026-03-04T09:00:00Z', 'no name')]);
    const after = withKeys([
      call('2026-03-04T12:00:00Z', 'no user'),
      call('2026-03-04T11:00:00Z', 'no name'),
      call('2026-03-04T10:00:00Z', 'no user'),
    ]);
    expect(after[2]?.key).toBe(before[0]?.key);
    expect(after[1]?.key).toBe(before[1]?.key);
    expect(new Set(after.map(({ key }) => key)).size).toBe(3);
  });

  it('begin on one line, cut between characters', () => {
    expect(cut('{"a":\n  1}', 20)).toBe('{"a": 1}');
    expect(cut('ab👩cd', 3)).toBe('ab👩…');
    expect(cut('', 3)).toBe('');
  });

  it('hide nothing', () => {
    expect(visible('{"a":\n"\u202eb\u0000\u200f"}')).toBe('{"a":\n"\\u202eb\\u0000\\u200f"}');
    expect(visible('שלום <b>👩‍💻</b>')).toBe('שלום <b>👩‍💻</b>');
  });
});
