import type { FactRow, MeasureExplanation } from '../../../api/client';
import { count, inUnit, oneDecimal, percent } from '../../../format/number';
import { spaced } from '../../../format/words';
import { type Column, DataTable } from '../../../show/DataTable';
import { DayText } from '../../../show/DayText';
import { KnotsCurve } from './KnotsCurve';
import classes from './Why.module.css';

const FACT_COLUMNS: Column<FactRow>[] = [
  { id: 'on', label: 'Day', show: (fact) => <DayText day={fact.on} />, csv: (fact) => fact.on },
  { id: 'text', label: 'Fact', wide: true, show: (fact) => fact.text, csv: (fact) => fact.text },
  { id: 'counted', label: 'Counted', show: (fact) => (fact.counted ? 'yes' : 'no'), csv: (fact) => fact.counted },
  { id: 'file', label: 'From', show: (fact) => spaced(fact.file), csv: (fact) => fact.file },
  { id: 'key', label: 'Key', show: (fact) => <code>{fact.key}</code>, csv: (fact) => fact.key },
];

/** How the value came to be, how it became points, and the facts it looked at. */
export function MeasureDetail({ id, measure }: { id: string; measure: MeasureExplanation }) {
  const cut = measure.n_facts > measure.facts.length;
  return (
    <div className={classes.detail}>
      <div className={classes.how}>
        {measure.knots.length > 1 && (
          <KnotsCurve knots={measure.knots} value={measure.value} points={measure.points} unit={measure.unit} />
        )}
        <dl className={classes.steps}>
          <Step label="value">{calculationOf(measure)}</Step>
          {measure.points != null && (
            <Step label="adds">
              {oneDecimal(measure.points)} points × {percent(measure.effective_weight, 1)} ={' '}
              {measure.contribution.toFixed(2)}
            </Step>
          )}
          {measure.knots.length > 0 && (
            <Step label="points">
              {measure.knots.map(([value = 0, points]) => `${inUnit(value, measure.unit)} → ${count(points)}`).join(', ')}
            </Step>
          )}
          {measure.facet && <Step label="facet">{measure.facet}</Step>}
          {measure.note && <Step label="note">{measure.note}</Step>}
        </dl>
      </div>
      <DataTable
        name={`Facts of ${measure.label}`}
        title={cut ? `Facts, ${measure.facts.length} of ${count(measure.n_facts)}` : `Facts, ${measure.n_facts}`}
        file={`${id}-facts`}
        columns={FACT_COLUMNS}
        rows={measure.facts}
        keyOf={(fact) => `${fact.file} ${fact.key} ${fact.on ?? ''} ${fact.text}`}
        empty="It looked at no fact."
      />
    </div>
  );
}

/** How numerator and denominator make the value, as far as the measure has them. */
function calculationOf({ numerator, denominator, unit, value, value_text }: MeasureExplanation): string {
  if (value == null) return 'none';
  if (numerator == null || denominator == null) return value_text ?? inUnit(value, unit);
  const result = inUnit(value, unit);
  if (unit === 'percent') return `${count(numerator)} of ${count(denominator)} = ${result}`;
  if (unit === 'change') return `${count(numerator)} after ${count(denominator)} = ${result}`;
  return `${count(numerator)} ÷ ${count(denominator)} = ${result}`;
}

function Step({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
