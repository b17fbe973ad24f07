import type { PanelCounts, DriversReport } from '../../../api/client';
import { counted, percent } from '../../../format/number';
import { type Column, DataTable } from '../../../show/DataTable';
import { Section } from '../../../show/Section';
import classes from './CountsSection.module.css';
import { comparedOf, type RowFilter } from './rows';
import { RowsLink } from './RowsLink';
import { termWords } from './words';

interface Step {
  words: string;
  n: number;
  /** A total, or what is taken off it. */
  kind: 'total' | 'less' | 'part';
  /** Where its bar begins, in renewals. */
  from: number;
  filter: RowFilter;
}

function steps(counts: PanelCounts): Step[] {
  const compared = comparedOf(counts);
  let left = counts.n_due;
  const less = (words: string, n: number, filter: RowFilter): Step => {
    left -= n;
    return { words, n, kind: 'less', from: left, filter };
  };
  return [
    { words: 'due in the window', n: counts.n_due, kind: 'total', from: 0, filter: { rows: 'due' } },
    less('open at its end', counts.n_open, { rows: 'open' }),
    { words: 'decided', n: counts.n_decided, kind: 'total', from: 0, filter: { rows: 'decided' } },
    less('signed before the as-of day', counts.n_early_signed, { rows: 'early_signed' }),
    less('under notice on the as-of day', counts.n_early_notice, { rows: 'early_notice' }),
    less('no customer on the as-of day', counts.n_not_customer, { rows: 'not_customer' }),
    { words: 'compared by colour', n: compared, kind: 'total', from: 0, filter: { rows: 'compared' } },
    less('with an unknown value', counts.n_unknown, { rows: 'value_unknown' }),
    { words: 'used by the model', n: counts.n_used, kind: 'total', from: 0, filter: { rows: 'used' } },
    { words: 'of them renewed', n: counts.n_renewed, kind: 'part', from: 0, filter: { rows: 'used', outcome: 'renewed' } },
    { words: 'of them churned', n: counts.n_churned, kind: 'part', from: counts.n_renewed, filter: { rows: 'used', outcome: 'churned' } },
  ];
}

/** From all renewals due to those that the answer is from, and what is missing. */
export function CountsSection({ report }: { report: DriversReport }) {
  const { counts } = report;
  const compared = comparedOf(counts);
  const missing: Column<PanelCounts['missing'][number]>[] = [
    { id: 'column', label: 'Value', wide: true, show: ({ column }) => (column === 'arr' ? 'ARR' : termWords(column)), csv: ({ column }) => column },
    {
      id: 'n',
      label: 'Unknown',
      align: 'right',
      show: ({ column, n }) => <RowsLink n={n} filter={{ rows: 'compared', missing: column }} />,
      csv: ({ n }) => n,
    },
    {
      id: 'share',
      label: 'Share',
      align: 'right',
      show: ({ n }) => (compared > 0 ? percent(n / compared, 1) : '–'),
      csv: ({ n }) => (compared > 0 ? n / compared : undefined),
    },
  ];
  return (
    <Section id="counts" title="Which renewals the answer is from">
      <ol className={classes.steps}>
        {steps(counts).map(({ words, n, kind, from, filter }) => (
          <li key={words} data-kind={kind}>
            <span className={classes.words}>
              {kind === 'less' && <span>less </span>}
              {words}
            </span>
            <span className={classes.track} aria-hidden="true">
              <span style={{ left: `${(100 * from) / Math.max(1, counts.n_due)}%`, width: `${(100 * n) / Math.max(1, counts.n_due)}%` }} />
            </span>
            <span className={classes.n}><RowsLink n={n} filter={filter} /></span>
          </li>
        ))}
      </ol>
      <p className={classes.note}>
        The renewals used are of {counted(counts.n_accounts, 'account')}. <RowsLink n={counts.n_history} filter={{ rows: 'earlier' }} />{' '}
        earlier ones are in none of these numbers; those that are complete may train the models that are tried on later renewals.
      </p>
      <DataTable
        name="Missing values"
        title="Missing values, of renewals compared"
        file={`drivers-missing-${report.from}-${report.to}`}
        columns={missing}
        rows={counts.missing}
        keyOf={({ column }) => column}
        empty="No value was asked for."
      />
    </Section>
  );
}
