import type { Check, DriversReport } from '../../../api/client';
import { count } from '../../../format/number';
import { titled } from '../../../format/words';
import { type Column, DataTable } from '../../../show/DataTable';
import { IntervalPlot } from '../../../show/plot/IntervalPlot';
import { linearScale } from '../../../show/plot/scale';
import { Section } from '../../../show/Section';
import { Tag } from '../../../show/Tag';
import classes from './DriversPage.module.css';
import { checkState, interval } from './words';

const CHECKS: Record<string, { label: string; asks: string }> = {
  replay: { label: 'Replay', asks: 'are the scores the same from facts recorded by then alone?' },
  shuffled_outcome: { label: 'Shuffled outcome', asks: 'does nothing remain when outcomes are drawn by lot?' },
  lead_decay: { label: 'Lead decay', asks: 'does it get harder the earlier one looks?' },
  single_feature: { label: 'Single feature', asks: 'is no column too good to be true?' },
};

const COLUMNS: Column<Check>[] = [
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
  { id: 'words', label: 'What came out', wide: true, show: ({ words }) => words, csv: ({ words }) => words },
];

function Asked({ name }: { name: string }) {
  const check = CHECKS[name];
  return (
    <>
      {check?.label ?? titled(name)}
      {check && <div className={classes.asks}>{check.asks}</div>}
    </>
  );
}

const hundredths = (value: number) => value.toFixed(2);

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
          columns={COLUMNS}
          rows={report.checks}
          keyOf={({ name }) => name}
          empty="No check ran: there was nothing to fit."
        />
        {rows.length > 0 && (
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
