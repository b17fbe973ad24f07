import { VisuallyHidden } from '@mantine/core';

import classes from './People.module.css';

const WORDS = ['none', 'low', 'medium', 'high'];

/** Influence from 0 to 3 as bars and as a word. */
export function Influence({ level }: { level: number | null | undefined }) {
  if (level == null) return <span>–</span>;
  return (
    <span className={classes.influence} title={`influence ${level} of 3`}>
      <svg width="18" height="12" aria-hidden="true">
        {[1, 2, 3].map((bar) => (
          <rect
            key={bar}
            x={(bar - 1) * 6}
            y={12 - bar * 4}
            width="4"
            height={bar * 4}
            rx="1"
            fill={bar <= level ? 'var(--ink)' : 'var(--line-strong)'}
          />
        ))}
      </svg>
      {WORDS[level] ?? level}
      <VisuallyHidden> influence</VisuallyHidden>
    </span>
  );
}
