import { Link, useSearch } from '@tanstack/react-router';

import type { Check, DriversReport, Lead, PanelCounts } from '../../../api/client';
import { count } from '../../../format/number';
import { titled } from '../../../format/words';
import { type Column, DataTable, type ExtraColumn } from '../../../show/DataTable';
import { IntervalPlot } from '../../../show/plot/IntervalPlot';
import { linearScale } from '../../../show/plot/scale';
import { Section } from '../../../show/Section';
import { Tag } from '../../../show/Tag';
import classes from './DriversPage.module.css';
import { NO_PLACE, type RowFilter } from './rows';
import { RowsLink } from './RowsLink';
import { checkState, interval } from './words';

const hundredths = (value: number) => value.toFixed(2);

const CHECKS: Record<string, { label: string; asks: string }> = {
  replay: { label: 'Replay', asks: 'are the scores the same from facts recorded by then alone?' },
  shuffled_outcome: { label: 'Shuffled outcome', asks: 'does nothing remain when outcomes are drawn by lot?' },
  lead_decay: { label: 'Lead decay', asks: 'does it get harder the earlier one looks?' },
  single_feature: { label: 'Single feature', asks: 'is no column too good to be true?' },
};

/** The renewals that a check looks at. */
function looksAt(name: string, counts: PanelCounts): { n: number; filter: RowFilter } {
  return name === 'replay' ? { n: counts.n_decided, filter: { rows: 'decided' } } : { n: counts.n_used, filter: { rows: 'used' } };
}

const columns = (counts: PanelCounts): Column<Check>[] => [
  {
    id: 'state',
    label: 'State',
    show: (check) => {
      const { colour, word } = checkState(check);
      return <span className={classes.number}><Tag colour={colour}>{word}</Tag></span>;
    },
    csv: (check) => checkState(check).word,
  },
  {
    id: 'check',
    label: 'Check',
    show: ({ name }) => <Asked name={name} />,
    csv: ({ name }) => name,
  },
  {
    id: 'n',
    label: 'Renewals',
    align: 'right',
    show: ({ name }) => (name === 'lead_decay' ? 'below' : <RowsLink {...looksAt(name, counts)} />),
    csv: ({ name }) => (name === 'lead_decay' ? undefined : looksAt(name, counts).n),
  },
  {
    id: 'words',
    label: 'What came out',
    wide: true,
    show: ({ name, words, sign_off: names }) => (
      <>
        {words} {name === 'single_feature' && <SignOff names={names} />}
      </>
    ),
    csv: ({ words }) => words,
  },
];

/** What is too good to be true may be so: whoever has looked says so, and the run is kept with it; or takes it back. */
function SignOff({ names }: { names: readonly string[] }) {
  const { run, sign_off: signedOff } = useSearch({ from: '/insight/drivers' });
  // A kept run stands as it was.
  if (run !== undefined || (names.length === 0 && signedOff === undefined)) return null;
  const all = [signedOff, ...names].filter(Boolean).join(',');
  return (
    <Link
      from="/insight/drivers"
      to="/insight/drivers"
      search={(old) => ({ ...old, ...NO_PLACE, sign_off: names.length > 0 ? all : undefined })}
      preload={false}
    >
      {names.length === 0 ? 'Take that back' : `I have looked: ${names.length === 1 && names[0] !== 'model' ? 'it was' : 'all was'} known before`}
    </Link>
  );
}

function Asked({ name }: { name: string }) {
  const check = CHECKS[name];
  return (
    <>
      {check?.label ?? titled(name)}
      {check && <div className={classes.asks}>{check.asks}</div>}
    </>
  );
}

const LEAD_COLUMNS: Column<Lead>[] = [
  { id: 'lead_days', label: 'Days before', align: 'right', show: ({ lead_days: days }) => days, csv: ({ lead_days: days }) => days },
  {
    id: 'n',
    label: 'Renewals',
    align: 'right',
    show: ({ lead_days: days, n }) => <RowsLink n={n} filter={{ at_lead: String(days) }} />,
    csv: ({ n }) => n,
  },
  {
    id: 'auc',
    label: 'AUC (95\u00a0%)',
    wide: true,
    show: ({ auc }) => (auc ? interval(auc, hundredths) : 'too few to say'),
    csv: ({ auc }) => auc?.estimate,
  },
];

const LEAD_ENDS: ExtraColumn<Lead>[] = (['low', 'high'] as const).map((end) => ({ id: `auc_${end}`, value: ({ auc }) => auc?.[end] }));

/** Whether the analysis looked ahead, and how it fades with the lead. */
export function ChecksSection({ report }: { report: DriversReport }) {
  const rows = report.leads.map(({ lead_days: days, n, auc }) => ({
    label: `${days} days, ${count(n)}`,
    range: auc,
    strong: days === report.lead_days,
  }));
  const ends = rows.flatMap(({ range }) => (range ? [range.low] : []));
  return (
    <Section id="checks" title="Checks against looking ahead">
      <div className={classes.stack}>
        <DataTable
          name="Checks"
          title="Each ran with this fit"
          file={`drivers-checks-${report.from}-${report.to}`}
          columns={columns(report.counts)}
          rows={report.checks}
          keyOf={({ name }) => name}
          empty="No check ran: there was nothing to fit."
        />
        {rows.length > 0 && (
          <>
            <IntervalPlot
              title={
                <>
                  AUC by lead <small>days before the renewal, renewals with all components; 0.5 is chance</small>
                </>
              }
              rows={rows}
              scale={linearScale([0.5, ...ends], { high: 1 })}
              reference={0.5}
              show={hundredths}
              tick={(value) => value.toFixed(1)}
              labelWidth={116}
              valueWidth={44}
              label={`AUC by lead with 95 % intervals: ${rows.map(({ label, range }) => `${label} renewals: ${range ? interval(range, hundredths) : 'too few to say'}`).join('; ')}.`}
            />
            <DataTable
              name="AUC by lead"
              title="The same numbers; each opens its renewals"
              file={`drivers-leads-${report.from}-${report.to}`}
              columns={LEAD_COLUMNS}
              extra={LEAD_ENDS}
              rows={report.leads}
              keyOf={({ lead_days: days }) => String(days)}
              empty="No other lead was looked at."
            />
          </>
        )}
      </div>
    </Section>
  );
}

export function AssumptionsSection({ report }: { report: DriversReport }) {
  return (
    <Section id="assumptions" title="What is assumed">
      <ul className={classes.list}>
        {report.assumptions.map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ul>
    </Section>
  );
}
