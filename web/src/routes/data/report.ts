/** The report of an import as the server keeps it: it was written by the version that imported, so nothing is taken for granted. */

export interface Reject {
  line: number;
  column: string;
  reason: string;
}

export interface FileReport {
  file: string;
  read: number;
  added: number;
  changed: number;
  unchanged: number;
  rejected: number;
  notes: string[];
  error?: string;
  samples: Reject[];
}

export interface ImportReport {
  dryRun: boolean;
  files: FileReport[];
  notes: string[];
}

/** Reads a report; what is missing counts as none. */
export function importReport(value: unknown): ImportReport {
  const report = record(value);
  return {
    dryRun: report.dry_run === true,
    files: list(report.files).map(fileReport),
    notes: list(report.notes).map(String),
  };
}

function fileReport(value: unknown): FileReport {
  const file = record(value);
  return {
    file: String(file.file ?? ''),
    read: number(file.read),
    added: number(file.added),
    changed: number(file.changed),
    unchanged: number(file.unchanged),
    rejected: number(file.rejected),
    notes: list(file.notes).map(String),
    ...(typeof file.error === 'string' ? { error: file.error } : {}),
    samples: list(file.samples).map((sample) => {
      const reject = record(sample);
      return { line: number(reject.line), column: String(reject.column ?? ''), reason: String(reject.reason ?? '') };
    }),
  };
}

/** The sums over all files. */
export function totalOf(report: ImportReport): Pick<FileReport, 'read' | 'added' | 'changed' | 'unchanged' | 'rejected'> {
  const total = { read: 0, added: 0, changed: 0, unchanged: 0, rejected: 0 };
  for (const file of report.files) {
    total.read += file.read;
    total.added += file.added;
    total.changed += file.changed;
    total.unchanged += file.unchanged;
    total.rejected += file.rejected;
  }
  return total;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
