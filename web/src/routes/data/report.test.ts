import { expect, it } from 'vitest';

import { importReport, totalOf } from './report';

it('reads a report, and nothing where there is none', () => {
  const report = importReport({
    dry_run: true,
    notes: ['bare instants are UTC'],
    files: [
      { file: 'accounts', read: 3, added: 1, changed: 1, unchanged: 0, rejected: 1, notes: [], samples: [{ line: 4, column: null, reason: 'no name' }] },
      { file: 'people', read: 2, added: 2, changed: 0, unchanged: 0, rejected: 0 },
    ],
  });
  expect(report.dryRun).toBe(true);
  expect(report.files[0]?.samples).toEqual([{ line: 4, column: '', reason: 'no name' }]);
  expect(totalOf(report)).toEqual({ read: 5, added: 3, changed: 1, unchanged: 0, rejected: 1 });
  expect(importReport(null)).toEqual({ dryRun: false, files: [], notes: [] });
});
