/** Tables as CSV files that a spreadsheet opens without running anything in them. */

export type CsvCell = string | number | boolean | null | undefined;

/** The text of a cell: what a spreadsheet would take for a formula is quoted as text by a leading apostrophe. */
export function guarded(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function cellText(cell: CsvCell): string {
  if (cell == null) return '';
  // Numbers of ours are no formulae, also where they are negative.
  const text = typeof cell === 'string' ? guarded(cell) : String(cell);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** RFC 4180 with a header row. */
export function csvText(header: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return [header, ...rows].map((row) => `${row.map(cellText).join(',')}\r\n`).join('');
}

/** Hands the file to the browser's downloads. */
export function downloadCsv(name: string, header: readonly string[], rows: readonly (readonly CsvCell[])[]): void {
  const url = URL.createObjectURL(new Blob([csvText(header, rows)], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')}.csv`;
  link.click();
  URL.revokeObjectURL(url);
}
