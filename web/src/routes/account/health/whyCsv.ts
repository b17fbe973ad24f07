import type { ScoreExplanation } from '../../../api/client';
import type { CsvCell } from '../../../format/csv';

export const WHY_CSV_HEADER = [
  'component',
  'measure',
  'label',
  'state',
  'value',
  'value_text',
  'points',
  'colour',
  'weight',
  'effective_weight',
  'contribution',
  'note',
];

/** A score's measures and caps as rows; the contributions add up to the score. */
export function whyCsvRows(score: ScoreExplanation): CsvCell[][] {
  const measures = score.components.flatMap((component) =>
    component.measures.map((measure): CsvCell[] => [
      component.component,
      measure.measure,
      measure.label,
      measure.state,
      measure.value,
      measure.value_text,
      measure.points,
      measure.colour,
      measure.weight,
      measure.effective_weight,
      measure.contribution,
      measure.note,
    ]),
  );
  const caps = score.caps.map((cap): CsvCell[] => [
    'cap',
    '',
    cap.label,
    cap.holds == null ? 'missing' : cap.holds ? 'holds' : 'idle',
    null,
    cap.when,
    null,
    cap.at_most,
    null,
    null,
    cap.contribution,
    null,
  ]);
  return [...measures, ...caps];
}
