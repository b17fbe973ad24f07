import { Button, Skeleton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';

import type { AccountView, TimelineEntry } from '../../../api/client';
import { timelineQuery } from '../../../api/queries';
import { downloadCsv } from '../../../format/csv';
import { longDay } from '../../../format/day';
import { spaced } from '../../../format/words';
import { Failure } from '../../../show/Failure';
import { Icon } from '../../../show/Icon';
import { Section } from '../../../show/Section';
import { useAsOf } from '../../../show/useAsOf';
import { listOf } from '../../../url';
import { KindFilter } from './KindFilter';
import classes from './Timeline.module.css';

/** One stream of every fact, with the score's changes in it. */
export function TimelineSection({ view }: { view: AccountView }) {
  const search = useSearch({ from: '/accounts/$account' });
  const kinds = listOf(search.kind);
  const timeline = useInfiniteQuery(timelineQuery(view.account, useAsOf(), kinds));
  const entries = timeline.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <Section
      id="timeline"
      title="Timeline"
      aside={
        entries.length > 0 && (
          <button
            type="button"
            className={classes.export}
            onClick={() =>
              downloadCsv(
                `${view.account}-timeline`,
                ['on', 'kind', 'key', 'title', 'text'],
                entries.map((entry) => [entry.on, entry.kind, entry.key, entry.title, entry.text]),
              )
            }
          >
            <Icon name="download" size={14} /> CSV
          </button>
        )
      }
    >
      <KindFilter sources={view.sources} />
      {timeline.isError && (
        <Failure what="the timeline" error={timeline.error} onRetry={() => void timeline.refetch()} />
      )}
      {timeline.isPending && <Skeleton height={480} />}
      {timeline.isSuccess && entries.length === 0 && (
        <p className={classes.quiet}>Nothing {kinds.length > 0 ? 'of these kinds ' : ''}happened up to this day.</p>
      )}
      <ol className={classes.days}>
        {byDay(entries).map(([day, ofDay]) => (
          <li key={day} className={classes.day}>
            <time dateTime={day}>{longDay(day)}</time>
            <ul>
              {ofDay.map((entry) => (
                <li key={`${entry.kind} ${entry.key} ${entry.title}`}>
                  <span className={classes.kind}>{spaced(entry.kind)}</span>
                  <span>
                    {entry.title}
                    {entry.text && <span className={classes.text}>{entry.text}</span>}
                  </span>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
      {timeline.hasNextPage && (
        <Button
          variant="default"
          size="compact-sm"
          mt={8}
          loading={timeline.isFetchingNextPage}
          onClick={() => void timeline.fetchNextPage()}
        >
          Load more
        </Button>
      )}
    </Section>
  );
}

function byDay(entries: readonly TimelineEntry[]): [string, TimelineEntry[]][] {
  const days = new Map<string, TimelineEntry[]>();
  for (const entry of entries) {
    const ofDay = days.get(entry.on);
    if (ofDay) ofDay.push(entry);
    else days.set(entry.on, [entry]);
  }
  return [...days];
}
