import { Skeleton } from '@mantine/core';
import { lazy, Suspense } from 'react';

import type { CalendarProperties } from './CalendarDays';

const CalendarDays = lazy(() => import('./CalendarDays'));

/** A month of days to choose from, loaded once one opens it. */
export function Calendar(properties: CalendarProperties) {
  return (
    <Suspense fallback={<Skeleton height={232} width={216} />}>
      <CalendarDays {...properties} />
    </Suspense>
  );
}
