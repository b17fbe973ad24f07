import { VisuallyHidden } from '@mantine/core';

import type { MeasureExplanation } from '../../../api/client';
import { oneDecimal, percent, signed } from '../../../format/number';
import { spaced, withoutPrefix } from '../../../format/words';
import { Icon } from '../../../show/Icon';
import { Shape } from '../../../show/Shape';
import { MeasureDetail } from './MeasureDetail';
import classes from './Why.module.css';

interface Properties {
  id: string;
  /** The label of the component that it stands under. */
  component: string;
  measure: MeasureExplanation;
  isOpen: boolean;
  onToggle: () => void;
}

/** A measure: value, points, weight, contribution; it opens down to the facts. */
export function MeasureRows({ id, component, measure, isOpen, onToggle }: Properties) {
  const isPresent = measure.state === 'present';
  return (
    <>
      <tr className={classes.measure} data-present={isPresent}>
        <th scope="row">
          <button
            type="button"
            className={classes.toggle}
            aria-expanded={isOpen}
            aria-controls={isOpen ? `detail-${id}` : undefined}
            onClick={onToggle}
          >
            <Icon name={isOpen ? 'down' : 'right'} size={14} />
            <span>
              {withoutPrefix(measure.label, component)}
              {measure.subjective && <span className={classes.mark}>opinion</span>}
              <span className={classes.value}>{valueOf(measure)}</span>
            </span>
          </button>
        </th>
        <td>
          {measure.points != null ? (
            <span className={classes.score} title={`${measure.points.toFixed(2)} points, ${measure.colour}`}>
              <Shape colour={measure.colour} />
              {oneDecimal(measure.points)}
              <VisuallyHidden> {measure.colour}</VisuallyHidden>
            </span>
          ) : (
            '–'
          )}
        </td>
        <td className={classes.weight} title={`weight ${measure.weight} in the component`}>
          {isPresent ? percent(measure.effective_weight, 1) : '–'}
        </td>
        <td>{isPresent ? signed(measure.contribution) : '–'}</td>
      </tr>
      {isOpen && (
        <tr className={classes.detailRow} id={`detail-${id}`}>
          <td colSpan={4}>
            <MeasureDetail id={id} measure={measure} />
          </td>
        </tr>
      )}
    </>
  );
}

function valueOf(measure: MeasureExplanation): string {
  if (measure.state === 'present') return measure.value_text ?? '';
  return measure.note ? `${spaced(measure.state)}: ${measure.note}` : spaced(measure.state);
}
