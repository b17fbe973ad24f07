import { count, counted } from '../../format/number';
import { DataTable } from '../../show/DataTable';
import { Icon } from '../../show/Icon';
import classes from './ImportDetail.module.css';
import type { FileReport } from './report';

/** The first rejects of a file, and the way to all of them. */
export function Rejects({ importId, file }: { importId: string; file: FileReport }) {
  const cut = file.samples.length < file.rejected;
  return (
    <div className={classes.rejects}>
      <DataTable
        name={`Rejects of ${file.file}`}
        title={`${counted(file.rejected, 'row')} of ${file.file} rejected${cut ? `, the first ${count(file.samples.length)}` : ''}`}
        file={`rejects-${file.file}-sample`}
        rows={file.samples}
        limit={10}
        keyOf={(reject) => `${reject.line} ${reject.column} ${reject.reason}`}
        empty="The report keeps no sample of them."
        columns={[
          { id: 'line', label: 'Line', show: (reject) => count(reject.line), csv: (reject) => reject.line },
          {
            id: 'column',
            label: 'Column',
            show: (reject) => <code>{reject.column || 'row'}</code>,
            csv: (reject) => reject.column,
          },
          { id: 'reason', label: 'Reason', wide: true, show: (reject) => reject.reason, csv: (reject) => reject.reason },
        ]}
      />
      <a
        className={classes.whole}
        href={`/api/v1/imports/${encodeURIComponent(importId)}/rejects/${encodeURIComponent(file.file)}`}
        download={`rejects-${file.file}.csv`}
      >
        <Icon name="download" size={14} /> All rejected rows, to mend and import again
      </a>
    </div>
  );
}
