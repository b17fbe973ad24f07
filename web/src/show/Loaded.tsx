import { Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { Failure } from './Failure';

interface Properties<Data> {
  query: UseQueryResult<Data>;
  what: string;
  /** The height of what will stand here, in pixels. */
  height: number;
  children: (data: Data) => ReactNode;
}

/** What the query brought, a skeleton of its size until then, or why it did not. */
export function Loaded<Data>({ query, what, height, children }: Properties<Data>) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <Failure what={what} error={query.error} onRetry={() => void query.refetch()} />;
  return <Skeleton height={height} aria-busy="true" />;
}
