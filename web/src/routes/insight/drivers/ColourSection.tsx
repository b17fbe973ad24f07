import type { Colour, ColourRow, DriversReport, Range } from '../../../api/client';
import { count, percent } from '../../../format/number';
import { type Column, DataTable } from '../../../show/DataTable';
import { Money } from '../../../show/Money';
import { IntervalPlot } from '../../../show/plot/IntervalPlot';
import { linearScale } from '../../../show/plot/scale';
import { Section } from '../../../show/Section';
import { Tag } from '../../../show/Tag';
import classes from './DriversPage.module.css';
import type { Outcome } from './rows';
import { RowsLink } from './RowsLink';
import { interval } from './words';

const share = (value: number) => percent(value, 1);

interface Measure {
  id: 'renewed' | 'expanded' | 'gross_renewal_rate' | 'net_renewal_rate';
  title: string;
  beside: string;
  of: (row: ColourRow) => Range | null | undefined;
}

const MEASURES: readonly Measure[] = [
  { id: 'renewed', title: 'Renewed', beside: 'of renewals', of: (row) => row.renewed.rate },
  { id: 'expanded', title: 'Expanded', beside: 'renewed for more', of: (row) => row.expanded.rate },
  { id: 'gross_renewal_rate', title: 'Gross renewal rate', beside: 'of ARR due', of: (row) => row.gross_renewal_rate },
  { id: 'net_renewal_rate', title: 'Net renewal rate', beside: 'with expansion', of: (row) => row.net_renewal_rate },
];

/** What became of renewals by the colour that their account had: counted, nothing modelled. */
export function ColourSection({ report }: { report: DriversReport }) {
  const { by_colour: rows } = report;
  return (
    <Section id="colours" title={`Renewal by the colour of the outcomes score, ${report.lead_days} days before`}>
      <div className={classes.plots}>
        {MEASURES.map((measure) => {
          const known = rows.flatMap((row) => measure.of(row) ?? []);
          const isNet = measure.id === 'net_renewal_rate';
          return (
            <IntervalPlot
              key={measure.id}
              title={
                <>
                  {measure.title} <small>{measure.beside}</small>
                </>
              }
              rows={rows.map((row) => ({ label: row.colour, range: measure.of(row), mark: row.colour as Colour }))}
              scale={linearScale(isNet ? [1, ...known.map(({ high }) => high)] : [], { low: 0, ...(isNet ? {} : { high: 1 }) }, isNet ? 4 : 3)}
              {...(isNet ? { reference: 1 } : {})}
              show={share}
              tick={(value) => percent(value)}
              labelWidth={72}
              valueWidth={60}
              label={`${measure.title}, ${measure.beside}, with 95 % intervals: ${rows.map((row) => `${row.colour} ${rangeWords(measure.of(row))}`).join('; ')}.`}
            />
          );
        })}
      </div>
      <div style={{ marginTop: 12 }}>
        <DataTable
          name="Renewal by colour"
          title="The same numbers; each opens its renewals"
          file={`renewal-by-colour-${report.from}-${report.to}`}
          columns={COLUMNS}
          extra={LIMITS}
          rows={rows}
          keyOf={({ colour }) => colour}
          empty="No renewal was open on its as-of day."
        />
      </div>
      <p className={classes.note}>
        Decided renewals that were open on their as-of day. Intervals of counts are Wilson’s; those of amounts are
        bootstrapped by account, from ten accounts on.
      </p>
    </Section>
  );
}

function rangeWords(range: Range | null | undefined): string {
  return range ? interval(range, share) : 'too few to say';
}

function OfColour({ colour, outcome, children }: { colour: string; outcome?: Outcome; children: React.ReactNode }) {
  return (
    <RowsLink filter={{ rows: 'compared', colour: colour as Colour, ...(outcome ? { outcome } : {}) }}>{children}</RowsLink>
  );
}

const COLUMNS: Column<ColourRow>[] = [
  {
    id: 'colour',
    label: 'Colour',
    show: ({ colour }) => <Tag colour={colour as Colour}>{colour}</Tag>,
    csv: ({ colour }) => colour,
  },
  {
    id: 'n_renewals',
    label: 'Renewals',
    align: 'right',
    show: ({ colour, renewed }) => <OfColour colour={colour}>{count(renewed.n)}</OfColour>,
    csv: ({ renewed }) => renewed.n,
  },
  {
    id: 'n_renewed',
    label: 'Renewed',
    show: ({ colour, renewed }) => (
      <Counted colour={colour} outcome="renewed" n={renewed.count} range={renewed.rate} />
    ),
    csv: ({ renewed }) => renewed.count,
  },
  {
    id: 'n_churned',
    label: 'Churned',
    align: 'right',
    show: ({ colour, renewed }) => (
      <OfColour colour={colour} outcome="churned">
        {count(renewed.n - renewed.count)}
      </OfColour>
    ),
    csv: ({ renewed }) => renewed.n - renewed.count,
  },
  {
    id: 'n_expanded',
    label: 'Expanded',
    show: ({ colour, expanded }) => (
      <Counted colour={colour} outcome="expansion" n={expanded.count} range={expanded.rate} />
    ),
    csv: ({ expanded }) => expanded.count,
  },
  {
    id: 'due_arr_cents',
    label: 'ARR due',
    align: 'right',
    show: (row) => <Money cents={row.due_arr_cents} />,
    csv: (row) => row.due_arr_cents,
  },
  {
    id: 'gross_renewal_rate',
    label: 'Gross renewal rate',
    show: (row) => <Amount colour={row.colour} range={row.gross_renewal_rate} />,
    csv: (row) => row.gross_renewal_rate?.estimate,
  },
  {
    id: 'net_renewal_rate',
    label: 'Net renewal rate',
    show: (row) => <Amount colour={row.colour} range={row.net_renewal_rate} />,
    csv: (row) => row.net_renewal_rate?.estimate,
  },
];

const LIMITS = MEASURES.flatMap(({ id, of }) => [
  ...(id === 'renewed' || id === 'expanded' ? [{ id: `${id}_rate`, value: (row: ColourRow) => of(row)?.estimate }] : []),
  { id: `${id}_low`, value: (row: ColourRow) => of(row)?.low },
  { id: `${id}_high`, value: (row: ColourRow) => of(row)?.high },
]);

function Counted({ colour, outcome, n, range }: { colour: string; outcome: Outcome; n: number; range: Range | null | undefined }) {
  return (
    <span className={classes.number}>
      <OfColour colour={colour} outcome={outcome}>
        {count(n)}
      </OfColour>
      {range && ` · ${interval(range, share)}`}
    </span>
  );
}

function Amount({ colour, range }: { colour: string; range: Range | null | undefined }) {
  if (!range) return <span style={{ color: 'var(--muted)' }}>too few to say</span>;
  return (
    <span className={classes.number}>
      <OfColour colour={colour}>{share(range.estimate)}</OfColour> ({share(range.low)} to {share(range.high)})
    </span>
  );
}
