import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';

import type { ImportRow } from '../../api/client';
import { importsQuery } from '../../api/queries';
import { duration, longInstant } from '../../format/day';
import { count } from '../../format/number';
import { titled } from '../../format/words';
import { type Column, DataTable } from '../../show/DataTable';
import { Empty } from '../../show/Empty';
import { Loaded } from '../../show/Loaded';
import { Section } from '../../show/Section';
import { Tag } from '../../show/Tag';
import { ImportDetail } from './ImportDetail';
import { importReport, totalOf } from './report';

const COUNTS = ['read', 'added', 'changed', 'unchanged', 'rejected'] as const;

const COLUMNS: Column<ImportRow>[] = [
  {
    id: 'started_at',
    label: 'Started',
    show: (row) => (
      <Link to="/data" search={(old) => ({ ...old, import: row.import })} resetScroll={false} title={row.import}>
        {longInstant(row.started_at)}
      </Link>
    ),
    csv: (row) => row.started_at,
  },
  { id: 'source', label: 'Source', wide: true, show: (row) => row.source, csv: (row) => row.source },
  {
    id: 'mode',
    label: 'Mode',
    show: (row) => `${row.mode}${importReport(row.report).dryRun ? ', dry run' : ''}`,
    csv: (row) => row.mode,
  },
  ...COUNTS.map((id) => ({
    id,
    label: titled(id),
    align: 'right' as const,
    show: (row: ImportRow) => count(totalOf(importReport(row.report))[id]),
    csv: (row: ImportRow) => totalOf(importReport(row.report))[id],
  })),
  {
    id: 'took',
    label: 'Took',
    show: (row) =>
      row.finished_at ? (
        duration(row.started_at, row.finished_at)
      ) : (
        <Tag colour="red" title="run the same import again: it ends in the same state">
          not finished
        </Tag>
      ),
    csv: (row) => row.finished_at,
  },
];

/** Imports, newest first, and the report of the one chosen. */
export function ImportsSection() {
  const imports = useQuery(importsQuery());
  const { import: chosen } = useSearch({ from: '/data' });
  return (
    <Section id="imports" title="Imports">
      <Loaded query={imports} what="the imports" height={240}>
        {(rows) => {
          if (rows.length === 0) {
            return (
              <Empty title="Nothing was imported yet" command="dearly import ./my-book --data ./dearly-data">
                Each import appears here with what was read, added, changed and rejected, file by file.
              </Empty>
            );
          }
          const open = rows.find((row) => row.import === chosen) ?? rows[0];
          return (
            <>
              <DataTable
                name="Imports"
                title={`${rows.length === 1 ? 'One import' : `${rows.length} imports`}, newest first`}
                file="imports"
                columns={COLUMNS}
                rows={rows}
                limit={8}
                keyOf={(row) => row.import}
                empty="Nothing was imported yet."
              />
              {open && <ImportDetail row={open} />}
            </>
          );
        }}
      </Loaded>
    </Section>
  );
}
