import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';

import type { AsOfQuery } from '../api/client';

/** The day and knowledge that the address asks for, as every query of the API takes them. */
export function useAsOf(): AsOfQuery {
  const { as_of: day, known_by: knownBy } = useSearch({ from: '__root__' });
  return useMemo(() => ({ ...(day ? { as_of: day } : {}), ...(knownBy ? { known_by: knownBy } : {}) }), [day, knownBy]);
}
