import type { CapExplanation, Colour } from '../../../api/client';
import { signed } from '../../../format/number';
import { Shape } from '../../../show/Shape';
import classes from './Why.module.css';

/** The caps of the scorecard, binding or not. */
export function Caps({ caps }: { caps: readonly CapExplanation[] }) {
  if (caps.length === 0) return null;
  return (
    <>
      <h3 className={classes.capsTitle}>Caps</h3>
      <ul className={classes.caps}>
        {caps.map((cap) => (
          <li key={`${cap.label} ${cap.when}`}>
            <span>
              <strong>{cap.label}</strong>: at most{' '}
              <span className={classes.score}>
                <Shape colour={cap.at_most as Colour} /> {cap.at_most}
              </span>{' '}
              when <code>{cap.when}</code>
            </span>
            <span className={classes.capState}>{stateOf(cap)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function stateOf(cap: CapExplanation): string {
  if (cap.holds == null) return 'facts missing';
  if (!cap.holds) return 'idle';
  return cap.contribution < 0 ? `binds: ${signed(cap.contribution)}` : 'holds, binds nothing';
}
