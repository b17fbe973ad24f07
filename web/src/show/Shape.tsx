import type { Colour } from '../api/client';

const FILL: Record<Colour, string> = {
  green: 'var(--green)',
  yellow: 'var(--yellow-shape)',
  red: 'var(--red)',
  unknown: 'none',
};

/** The shape of a colour: circle, triangle, square, ring. Always beside its word, shown or read aloud. */
export function Shape({ colour, size = 10 }: { colour: Colour; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 10 10" aria-hidden="true" style={{ flex: 'none' }}>
      {colour === 'green' && <circle cx="5" cy="5" r="4.6" fill={FILL.green} />}
      {colour === 'yellow' && <path d="M5 .4 9.9 9.4H.1z" fill={FILL.yellow} />}
      {colour === 'red' && <rect x=".8" y=".8" width="8.4" height="8.4" rx=".8" fill={FILL.red} />}
      {colour === 'unknown' && <circle cx="5" cy="5" r="3.9" fill="none" stroke="var(--unknown)" strokeWidth="1.5" />}
    </svg>
  );
}
