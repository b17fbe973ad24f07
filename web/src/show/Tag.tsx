import type { ReactNode } from 'react';

import type { Colour } from '../api/client';
import { Shape } from './Shape';

/** A state in a word, with the shape of how good or bad it is. */
export function Tag({ colour, children, title }: { colour: Colour; children: ReactNode; title?: string | undefined }) {
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 6 }} title={title}>
      <Shape colour={colour} />
      {children}
    </span>
  );
}
