import { useQuery } from '@tanstack/react-query';

import type { BookSummary } from '../api/client';
import { bookQuery } from '../api/queries';

/** The book at a glance, once it is there. */
export function useBook(): BookSummary | undefined {
  return useQuery(bookQuery()).data;
}
