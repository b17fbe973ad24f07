import type { DriversModel, DriversReport, DriverTerm } from '../../../api/client';
import { percent } from '../../../format/number';
import { type Column, DataTable } from '../../../show/DataTable';
import { IntervalPlot } from '../../../show/plot/IntervalPlot';
import { linearScale, ratioScale } from '../../../show/plot/scale';
import { Section } from '../../../show/Section';
import classes from './DriversPage.module.css';
import { RowsLink } from './RowsLink';
import { interval, points, pValue, ratio, ratioTick, termWords } from './words';

/** From this level on probabilities are shown. */
const PREDICTIVE = 2;

const DIRECTIONS: Record<string, string> = { 'more renewal': '▲ more renewal', 'less renewal': '▼ less renewal' };

const RATIO_COLUMNS: Column<DriverTerm>[] = [
  { id: 'term', label: 'Component', show: ({ term }) => termWords(term), csv: ({ term }) => term },
  {
    id: 'odds_ratio',
    label: 'Odds ratio (95\u00a0%)',
    show: ({ odds_ratio: odds }) => <span className={classes.number}>{interval(odds, ratio)}</span>,
    csv: ({ odds_ratio: odds }) => odds.estimate,
  },
];

const EXPORT_COLUMNS: Column<DriverTerm>[] = [
  {
    id: 'direction',
    label: 'Associated with',
    show: ({ direction }) => DIRECTIONS[direction] ?? direction,
    csv: ({ direction }) => direction,
  },
];

const POINTS_COLUMN: Column<DriverTerm> = {
  id: 'marginal_change',
  label: 'Change in points (95\u00a0%)',
  show: ({ marginal_change: change }) => <span className={classes.number}>{change ? interval(change, points) : '–'}</span>,
  csv: ({ marginal_change: change }) => change?.estimate,
};

const P_COLUMN: Column<DriverTerm> = {
  id: 'p_holm',
  label: 'p, adjusted',
  align: 'right',
  show: (term) => <span title={`unadjusted ${pValue(term.p_value)}`}>{pValue(term.p_holm)}</span>,
  csv: (term) => term.p_holm,
};

/** The exact values that stand within an interval's words, for the file alone. */
const LIMITS = (['low', 'high'] as const).flatMap((end) => [
  { id: `odds_ratio_${end}`, value: (term: DriverTerm) => term.odds_ratio[end] },
  { id: `marginal_change_${end}`, value: (term: DriverTerm) => term.marginal_change?.[end] },
]);

/** The shares of the plot below, for the file of the components. */
function sharesOf(model: DriversModel) {
  const shares = new Map(model.dominance.map(({ component, share }) => [component, share]));
  return (['estimate', 'low', 'high'] as const).map((end) => ({
    id: end === 'estimate' ? 'dominance_share' : `dominance_share_${end}`,
    value: ({ term }: DriverTerm) => shares.get(term)?.[end],
  }));
}

/** How much, how surely: odds ratios and, where the evidence allows it, changes of probability. */
export function ModelSection({ report, model }: { report: DriversReport; model: DriversModel }) {
  const hasPoints = report.gate.level >= PREDICTIVE && model.terms.every((term) => term.marginal_change);
  const odds = model.terms.map((term) => ({ label: termWords(term.term), range: term.odds_ratio, mark: 'dot' as const }));
  const changes = model.terms.map((term) => ({ label: termWords(term.term), range: term.marginal_change }));
  const oddsEnds = odds.flatMap(({ range }) => [range.low, range.high]);
  const changeEnds = changes.flatMap(({ range }) => (range ? [range.low, range.high] : []));
  const columns = [...RATIO_COLUMNS, ...(hasPoints ? [POINTS_COLUMN] : []), P_COLUMN, ...EXPORT_COLUMNS];
  return (
    <Section id="model" title="Ten points more of a component, the others alike">
      <div className={classes.split}>
        <div className={classes.plots}>
          <IntervalPlot
            title={
              <>
                Odds ratio of renewal <small>log scale, 1 is none</small>
              </>
            }
            rows={odds}
            scale={ratioScale(oddsEnds)}
            reference={1}
            show={ratio}
            tick={ratioTick}
            valueWidth={44}
            label={`Odds ratios of renewal for 10 points with 95 % intervals: ${odds.map(({ label, range }) => `${label} ${interval(range, ratio)}`).join('; ')}.`}
          />
          {hasPoints && (
            <IntervalPlot
              title={
                <>
                  Probability of renewal <small>percentage points</small>
                </>
              }
              rows={changes}
              scale={linearScale([0, ...changeEnds])}
              reference={0}
              show={points}
              valueWidth={44}
              label={`Changes of the probability of renewal for 10 points, in percentage points, with 95 % intervals: ${changes.map(({ label, range }) => `${label} ${range ? interval(range, points) : 'unknown'}`).join('; ')}.`}
            />
          )}
        </div>
        <div>
          <DataTable
            name="Components and renewal"
            title="The same numbers"
            file={`drivers-${report.from}-${report.to}`}
            columns={columns}
            extra={[...LIMITS, ...sharesOf(model)]}
            rows={model.terms}
            keyOf={({ term }) => term}
            empty="The model has no component."
          />
          <p className={classes.note}>
            Of <RowsLink n={report.counts.n_used} filter={{ rows: 'used' }} /> renewals,{' '}
            <RowsLink n={report.counts.n_churned} filter={{ rows: 'used', outcome: 'churned' }} /> of them churned.{' '}
            {model.method === 'firth' ? 'Firth’s penalised logit: churns are few or separated.' : 'A logit by maximum likelihood.'} Intervals:{' '}
            {model.interval_kind}. p against no association, adjusted for the tests of all components (Holm).
            {model.joint && ` All components together: p ${pValue(model.joint.p_value)} (Wald, by account).`}
            {!hasPoints && ' Probabilities are shown from level 2 on.'}
          </p>
        </div>
      </div>
      {model.collinear && (
        <p className={classes.lead}>
          <strong>Not to be told apart:</strong> {model.collinear}.
        </p>
      )}
      <hr className={classes.rule} style={{ margin: '16px 0 12px' }} />
      <div className={classes.split}>
        <div>
          <Shares model={model} />
          <Collinearity model={model} />
        </div>
        <Adjusted model={model} report={report} />
      </div>
    </Section>
  );
}

const wholePercent = (share: number) => percent(share);

function Shares({ model }: { model: DriversModel }) {
  if (model.dominance.length === 0) {
    const why =
      model.collinear ??
      (model.method === 'firth' ? 'shares are not reckoned where churns are few or separated' : 'their shares have no interval here');
    return <p className={classes.note}>Components are not ranked: {why}.</p>;
  }
  const rows = model.dominance.map(({ component, share }) => ({ label: termWords(component), range: share }));
  return (
    <IntervalPlot
      title={
        <>
          Share of what the components explain <small>general dominance, bootstrapped by account</small>
        </>
      }
      rows={rows}
      scale={linearScale(
        rows.flatMap(({ range }) => [range.low, range.high]),
        { low: 0 },
      )}
      show={wholePercent}
      valueWidth={44}
      label={`Shares of what the components explain, with 95 % intervals: ${rows.map(({ label, range }) => `${label} ${interval(range, wholePercent)}`).join('; ')}.`}
    />
  );
}

/** From which inflation on a column's interval is said to be widened by the others. */
const INFLATED = 5;

function Collinearity({ model }: { model: DriversModel }) {
  const high = model.variance_inflation
    .filter(([, value]) => Number(value) > INFLATED)
    .map(([term, value]) => `${termWords(String(term))} ${Number(value).toFixed(1)}`);
  return (
    <p className={classes.note}>
      {high.length > 0
        ? `Intervals are wide where columns go together (variance inflation above ${INFLATED}): ${high.join(', ')}.`
        : `No column’s variance is inflated above ${INFLATED} times by the others.`}{' '}
      Condition number {model.condition_number.toFixed(0)}.
    </p>
  );
}

function Adjusted({ model, report }: { model: DriversModel; report: DriversReport }) {
  const inflation = new Map(model.variance_inflation.map(([term, value]) => [String(term), Number(value)]));
  const columns: Column<DriverTerm>[] = [
    { id: 'term', label: 'Column', show: ({ term }) => termWords(term), csv: ({ term }) => term },
    ...RATIO_COLUMNS.slice(1),
    {
      id: 'p_value',
      label: 'p',
      align: 'right',
      show: (term) => pValue(term.p_value),
      csv: (term) => term.p_value,
    },
    {
      id: 'variance_inflation',
      label: 'VIF',
      align: 'right',
      show: ({ term }) => inflation.get(term)?.toFixed(1) ?? '–',
      csv: ({ term }) => inflation.get(term),
    },
  ];
  const isOfModel = new Set(model.terms.map(({ term }) => term));
  return (
    <div>
      <DataTable
        name="All columns of the model"
        title="All columns, with what was adjusted for"
        file={`drivers-columns-${report.from}-${report.to}`}
        columns={columns}
        extra={LIMITS.filter(({ id }) => id.startsWith('odds'))}
        rows={[...model.terms, ...model.adjusted_for]}
        keyOf={({ term }) => `${isOfModel.has(term) ? 'component' : 'column'} ${term}`}
        empty="The model has no column."
      />
      <p className={classes.note}>Components for ten points. What was adjusted for is no finding.</p>
    </div>
  );
}
