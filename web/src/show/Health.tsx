import { VisuallyHidden } from '@mantine/core';

import type { ScoreCell } from '../api/client';
import { oneDecimal, percent } from '../format/number';
import { reasonOf } from '../format/words';
import classes from './Health.module.css';
import { Shape } from './Shape';

interface Properties {
  cell: ScoreCell | undefined;
  /** `list`: whole points; `narrow`: whole points, the reason only on hover; `detail`: one decimal; `headline`: large. */
  size?: 'list' | 'narrow' | 'detail' | 'headline';
}

/** A score as shape, number and word, or the reason why there is none. */
export function Health({ cell, size = 'list' }: Properties) {
  if (!cell) return <span className={classes.reason}>–</span>;
  const inDetail = size === 'detail' || size === 'headline';
  const known = cell.score != null;
  const number = cell.score != null ? (inDetail ? oneDecimal(cell.score) : String(Math.round(cell.score))) : undefined;
  const isPartial = known && cell.partial;
  return (
    <span className={classes.health} data-size={size} title={titleOf(cell)}>
      <Shape colour={cell.colour} size={size === 'headline' ? 14 : 10} />
      {number !== undefined && <span className={classes.number}>{number}</span>}
      {known && size === 'headline' ? <span className={classes.word}>{cell.colour}</span> : <Word>{cell.colour}</Word>}
      {!known && (size === 'narrow' ? <Word>{reasonOf(cell)}</Word> : <span className={classes.reason}>{reasonOf(cell)}</span>)}
      {isPartial && inDetail && <span className={classes.partial}>partial</span>}
      {isPartial && !inDetail && <PartialMark />}
    </span>
  );
}

function Word({ children }: { children: string }) {
  return <VisuallyHidden> {children}</VisuallyHidden>;
}

function PartialMark() {
  return (
    <>
      <svg className={classes.mark} width="7" height="7" viewBox="0 0 8 8" aria-hidden="true">
        <circle cx="4" cy="4" r="3.3" fill="none" stroke="currentColor" strokeWidth="1.2" />
        <path d="M4 .7a3.3 3.3 0 0 1 0 6.6z" fill="currentColor" />
      </svg>
      <Word>partial</Word>
    </>
  );
}

function titleOf(cell: ScoreCell): string {
  if (cell.score == null) return `unknown: ${reasonOf(cell)}`;
  const coverage = cell.partial ? `, partial: coverage ${percent(cell.coverage)}` : '';
  return `${cell.score.toFixed(2)} ${cell.colour}${coverage}`;
}
