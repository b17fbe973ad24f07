import type { CalibrationBin, DriversReport, Fold, RollingValidation } from '../../../api/client';
import { shortDay } from '../../../format/day';
import { percent } from '../../../format/number';
import { type Column, DataTable, type ExtraColumn } from '../../../show/DataTable';
import { Section } from '../../../show/Section';
import { Tag } from '../../../show/Tag';
import { CalibrationPlot } from './CalibrationPlot';
import classes from './DriversPage.module.css';
import type { RowFilter } from './rows';
import { RowsLink } from './RowsLink';
import { aucSentence, holds, interval, ratio } from './words';

const thousandths = (value: number) => value.toFixed(3).replace('-', '−');

/** How frozen models did on renewals that they had not seen. */
export function CalibrationSection({ report, validation }: Properties) {
  return (
    <Section id="calibration" title="On renewals that the model had not seen">
      {report.gate.level > 0 && <p className={classes.lead}>{aucSentence(validation)}</p>}
      {validation.bins.length === 0 && (
        <p className={classes.note}>
          Predicted probabilities are shown from level 2 on; how far the model is from there may be seen below.
        </p>
      )}
      <div className={classes.split}>
        {validation.bins.length > 0 ? (
          <>
            <figure style={{ margin: 0, minWidth: 0 }}>
              <figcaption className={classes.note} style={{ marginBottom: 8 }}>
                Each dot is a tenth of the held-out renewals, with its 95 % interval; on the dashed line as many renewed as
                predicted. The axes are stretched near 0 and 100 %.
              </figcaption>
              <CalibrationPlot bins={validation.bins} />
            </figure>
            <div className={classes.stack}>
              <QualityTable report={report} validation={validation} />
              <Folds report={report} validation={validation} />
            </div>
          </>
        ) : (
          <>
            <QualityTable report={report} validation={validation} />
            <Folds report={report} validation={validation} />
          </>
        )}
      </div>
      {validation.bins.length > 0 && (
        <details className={classes.fold} style={{ marginTop: 8 }}>
          <summary>The dots as a table; each opens its renewals</summary>
          <DataTable
            name="Predicted and observed renewal"
            file={`drivers-calibration-${report.from}-${report.to}`}
            columns={DOT_COLUMNS}
            extra={DOT_ENDS}
            rows={validation.bins.map((bin, place) => ({ ...bin, dot: String(place + 1) }))}
            keyOf={({ dot }) => dot}
            empty="There are none."
          />
        </details>
      )}
    </Section>
  );
}

interface Properties {
  report: DriversReport;
  validation: RollingValidation;
}

function QualityTable({ report, validation }: Properties) {
  return (
    <DataTable
      name="Quality on held-out renewals"
      title={
        <>
          Quality, of <RowsLink n={validation.n} filter={{ rows: 'held_out' }} /> held-out renewals,{' '}
          <RowsLink n={validation.n_churned} filter={{ rows: 'held_out', outcome: 'churned' }} /> of them churned
        </>
      }
      file={`drivers-validation-${report.from}-${report.to}`}
      columns={QUALITY_COLUMNS}
      rows={qualities(validation)}
      keyOf={({ id }) => id}
      empty="Nothing was held out."
    />
  );
}

function Folds({ report, validation }: Properties) {
  return (
    <DataTable
      name="Rolling origin"
      title="Rolling origin: trained on what was decided before, tried on the next quarter"
      file={`drivers-folds-${report.from}-${report.to}`}
      columns={FOLD_COLUMNS}
      rows={validation.folds}
      keyOf={({ from }) => from}
      empty="The window has no period to try a model on."
    />
  );
}

interface Quality {
  id: string;
  label: string;
  words: string;
  value: number;
  /** What it means, and whether it is what it should be. */
  note: string;
  isGood: boolean;
}

function qualities(validation: RollingValidation): Quality[] {
  const { auc, brier, base_rate_brier: base, scaled_brier: scaled, slope, in_the_large: large } = validation;
  const { observed_over_expected: ratioOfChurns } = validation;
  return [
    { id: 'auc', label: 'AUC', words: interval(auc, thousandths), value: auc.estimate, note: '0.5 is chance', isGood: auc.low > 0.5 },
    {
      id: 'brier',
      label: 'Brier score',
      words: `${thousandths(brier)} against ${thousandths(base)}`,
      value: brier,
      note: 'below the base rate’s is better',
      isGood: brier < base,
    },
    {
      id: 'scaled_brier',
      label: 'Scaled Brier',
      words: interval(scaled, ratio),
      value: scaled.estimate,
      note: '0 is as the base rate',
      isGood: scaled.low > 0,
    },
    { id: 'slope', label: 'Calibration slope', words: interval(slope, ratio), value: slope.estimate, note: '1 is right, less is too sure', isGood: holds(slope, 1) },
    {
      id: 'in_the_large',
      label: 'In the large',
      words: interval(large, ratio),
      value: large.estimate,
      note: '0 is right',
      isGood: holds(large, 0),
    },
    {
      id: 'observed_over_expected',
      label: 'Observed / expected churns',
      words: interval(ratioOfChurns, ratio),
      value: ratioOfChurns.estimate,
      note: '1 is right',
      isGood: holds(ratioOfChurns, 1),
    },
  ];
}

const QUALITY_COLUMNS: Column<Quality>[] = [
  { id: 'measure', label: 'Measure', show: ({ label }) => label, csv: ({ id }) => id },
  { id: 'value', label: 'Value (95\u00a0%)', show: ({ words }) => <span className={classes.number}>{words}</span>, csv: ({ value }) => value },
  {
    id: 'reading',
    label: 'Reading',
    show: ({ note, isGood }) => <Tag colour={isGood ? 'green' : 'yellow'} title={isGood ? 'as it should be' : 'not as it should be'}>{`${isGood ? 'good' : 'off'}: ${note}`}</Tag>,
    csv: ({ words, note }) => `${words}; ${note}`,
  },
];

/** The renewals that a fold tried its model on. */
function heldOut({ from }: Fold): RowFilter {
  return { rows: 'held_out', period: from };
}

const FOLD_COLUMNS: Column<Fold>[] = [
  {
    id: 'from',
    label: 'Due',
    show: ({ from, to }) => (
      <>
        <span className={classes.number}>{shortDay(from)}</span> until before <span className={classes.number}>{shortDay(to)}</span>
      </>
    ),
    csv: ({ from }) => from,
  },
  { id: 'n_train', label: 'Trained on', align: 'right', show: (fold) => <RowsLink n={fold.n_train} filter={{ rows: 'trained', period: fold.from }} />, csv: (fold) => fold.n_train },
  { id: 'n_test', label: 'Tried on', align: 'right', show: (fold) => <RowsLink n={fold.n_test} filter={heldOut(fold)} />, csv: (fold) => fold.n_test },
  { id: 'n_churned', label: 'Churned', align: 'right', show: (fold) => <RowsLink n={fold.n_churned} filter={{ ...heldOut(fold), outcome: 'churned' }} />, csv: (fold) => fold.n_churned },
  {
    id: 'left_out',
    label: 'Used',
    show: ({ left_out: leftOut }) => (leftOut == null ? 'yes' : `no: ${leftOut}`),
    csv: ({ left_out: leftOut }) => leftOut,
  },
];

interface Dot extends CalibrationBin {
  /** Its place from the left, as the address holds it. */
  dot: string;
}

const DOT_COLUMNS: Column<Dot>[] = [
  {
    id: 'mean_probability',
    label: 'Predicted',
    show: (bin) => percent(bin.mean_probability, 1),
    csv: (bin) => bin.mean_probability,
  },
  { id: 'n', label: 'Renewals', align: 'right', show: ({ dot, renewed }) => <RowsLink n={renewed.n} filter={{ dot }} />, csv: ({ renewed }) => renewed.n },
  {
    id: 'n_renewed',
    label: 'Renewed',
    align: 'right',
    show: ({ dot, renewed }) => <RowsLink n={renewed.count} filter={{ dot, outcome: 'renewed' }} />,
    csv: ({ renewed }) => renewed.count,
  },
  {
    id: 'rate',
    label: 'Share (95\u00a0%)',
    show: ({ renewed: { rate } }) => (rate ? interval(rate, (value) => percent(value, 1)) : '–'),
    csv: ({ renewed: { rate } }) => rate?.estimate,
  },
];

/** The exact ends of what was predicted and of the interval, for the file alone. */
const DOT_ENDS: ExtraColumn<Dot>[] = [
  { id: 'least_probability', value: ({ low }) => low },
  { id: 'greatest_probability', value: ({ high }) => high },
  { id: 'rate_low', value: ({ renewed: { rate } }) => rate?.low },
  { id: 'rate_high', value: ({ renewed: { rate } }) => rate?.high },
];
