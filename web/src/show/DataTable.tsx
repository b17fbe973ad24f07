import { type ReactNode, useState } from 'react';

import { type CsvCell, downloadCsv } from '../format/csv';
import classes from './DataTable.module.css';
import { Icon } from './Icon';
import { useIsScrollable } from './useIsScrollable';

export interface Column<Row> {
  id: string;
  label: string;
  show: (row: Row) => ReactNode;
  /** The exact value for the CSV file. */
  csv: (row: Row) => CsvCell;
  align?: 'right';
  /** Takes the width that is left. */
  wide?: boolean;
}

/** A value that only the CSV file holds: the ends of an interval, say. */
export interface ExtraColumn<Row> {
  id: string;
  value: (row: Row) => CsvCell;
}

interface Properties<Row> {
  /** What the rows are: read aloud as the table's name, and the name of the CSV file. */
  name: string;
  title?: ReactNode;
  columns: readonly Column<Row>[];
  /** What the file holds beside the columns. */
  extra?: readonly ExtraColumn<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** What to say where there are none. */
  empty: string;
  /** How many rows to show before one asks for all. */
  limit?: number;
  file: string;
}

/** A small table: cards on a narrow screen, exportable as the rows it shows. */
export function DataTable<Row>({ name, title, columns, extra, rows, keyOf, empty, limit = 12, file }: Properties<Row>) {
  const [isWhole, setWhole] = useState(false);
  const [scroller, isScrollable] = useIsScrollable();
  const shown = isWhole ? rows : rows.slice(0, limit);
  const exportRows = () =>
    downloadCsv(
      file,
      [...columns, ...(extra ?? [])].map((column) => column.id),
      rows.map((row) => [...columns.map((column) => column.csv(row)), ...(extra ?? []).map((column) => column.value(row))]),
    );
  return (
    <div>
      <div className={classes.bar}>
        <h3 className={classes.title}>{title ?? name}</h3>
        {rows.length > 0 && (
          <button type="button" className={classes.export} onClick={exportRows} title={`Download ${file}.csv`}>
            <Icon name="download" size={14} /> CSV
          </button>
        )}
      </div>
      {rows.length === 0 ? (
        <p className={classes.empty}>{empty}</p>
      ) : (
        // Where it has to be scrolled it must be reachable by keyboard; elsewhere a stop there would only be in the way.
        <div
          className={classes.scroll}
          ref={scroller}
          {...(isScrollable ? { tabIndex: 0, role: 'group', 'aria-label': `${name}, scrollable` } : {})}
        >
          {/* Explicit roles: as cards on a narrow screen the elements are no table to the browser any more. */}
          <table className={classes.table} aria-label={name} role="table">
            <thead role="rowgroup">
              <tr role="row">
                {columns.map((column) => (
                  <th key={column.id} scope="col" role="columnheader" data-align={column.align} data-wide={column.wide}>
                    {column.label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody role="rowgroup">
              {shown.map((row) => (
                <tr key={keyOf(row)} role="row">
                  {columns.map((column) => (
                    <td key={column.id} role="cell" data-align={column.align} data-wide={column.wide} data-label={column.label}>
                      <div>{column.show(row)}</div>
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {rows.length > limit && (
        <button type="button" className={classes.more} onClick={() => setWhole(!isWhole)}>
          {isWhole ? `Show the first ${limit}` : `Show all ${rows.length}`}
        </button>
      )}
    </div>
  );
}
