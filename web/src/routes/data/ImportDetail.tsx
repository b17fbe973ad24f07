import type { ImportRow } from '../../api/client';
import { longInstant } from '../../format/day';
import { count } from '../../format/number';
import { titled } from '../../format/words';
import { type Column, DataTable } from '../../show/DataTable';
import { Tag } from '../../show/Tag';
import classes from './ImportDetail.module.css';
import { Rejects } from './Rejects';
import { type FileReport, importReport } from './report';

const COUNTS = ['read', 'added', 'changed', 'unchanged'] as const;

const COLUMNS: Column<FileReport>[] = [
  { id: 'file', label: 'File', show: (file) => file.file, csv: (file) => file.file },
  ...COUNTS.map((id) => ({
    id,
    label: titled(id),
    align: 'right' as const,
    show: (file: FileReport) => count(file[id]),
    csv: (file: FileReport) => file[id],
  })),
  {
    id: 'rejected',
    label: 'Rejected',
    align: 'right',
    show: (file) => (file.rejected === 0 ? '0' : <Tag colour="red">{count(file.rejected)}</Tag>),
    csv: (file) => file.rejected,
  },
  {
    id: 'notes',
    label: 'Notes',
    wide: true,
    show: (file) => <Notes file={file} />,
    csv: (file) => [file.error, ...file.notes].filter(Boolean).join('; '),
  },
];

/** The report of an import, file by file, with the first rejects of each. */
export function ImportDetail({ row }: { row: ImportRow }) {
  const report = importReport(row.report);
  return (
    <div className={classes.detail}>
      <DataTable
        name={`Report of the import of ${longInstant(row.started_at)}`}
        title={`Report of ${longInstant(row.started_at)}`}
        file={`import-${row.import}`}
        columns={COLUMNS}
        rows={report.files}
        limit={20}
        keyOf={(file) => file.file}
        empty="The report names no file."
      />
      {report.notes.length > 0 && (
        <ul className={classes.notes}>
          {report.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      {report.files
        .filter((file) => file.rejected > 0)
        .map((file) => (
          <Rejects key={file.file} importId={row.import} file={file} />
        ))}
    </div>
  );
}

function Notes({ file }: { file: FileReport }) {
  return (
    <>
      {file.error && <Tag colour="red">{file.error}</Tag>}
      {file.notes.map((note) => (
        <div key={note} className={classes.note}>
          {note}
        </div>
      ))}
    </>
  );
}
