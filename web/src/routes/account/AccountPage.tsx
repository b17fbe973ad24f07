import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLocation, useParams } from '@tanstack/react-router';

import { isNotFound } from '../../api/problem';
import { accountQuery, historyQuery } from '../../api/queries';
import { useTitle } from '../../frame/title';
import { Failure } from '../../show/Failure';
import { Page } from '../../show/Page';
import { Section } from '../../show/Section';
import { useAsOf } from '../../show/useAsOf';
import { AccountHeader } from './AccountHeader';
import { CommercialSection } from './commercial/CommercialSection';
import { HealthSection } from './health/HealthSection';
import { NoSuchAccount } from './NoSuchAccount';
import { PeopleSection } from './people/PeopleSection';
import { PlansSection } from './plans/PlansSection';
import { SectionNavigation } from './SectionNavigation';
import { SECTIONS } from './sections';
import { SourcesSection } from './sources/SourcesSection';
import { TicketsSection } from './tickets/TicketsSection';
import { TimelineSection } from './timeline/TimelineSection';
import { UsageSection } from './usage/UsageSection';

/** The parts below the scores. */
const BELOW = SECTIONS.slice(2);

/** One page before a call. What one sees first is asked for first: the parts below wait for the scores. */
export function AccountPage() {
  const { account } = useParams({ from: '/accounts/$account' });
  const asOf = useAsOf();
  const hash = useLocation({ select: (location) => location.hash });
  const query = useQuery(accountQuery(account, asOf));
  const isFirstIn = !useQuery(historyQuery(account, asOf)).isPending || BELOW.some((section) => section.id === hash);
  useTitle(query.data?.name ?? (isNotFound(query.error) ? 'No such account' : account));

  if (isNotFound(query.error)) return <NoSuchAccount account={account} />;
  if (query.isError) return <Failure what="the account" error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) {
    return (
      <Page isBusy>
        <Skeleton height={24} width="60%" my={8} />
        <Skeleton height={320} />
        <Skeleton height={420} />
      </Page>
    );
  }
  const view = query.data;
  return (
    <>
      <SectionNavigation />
      <Page>
        <AccountHeader view={view} />
        <HealthSection view={view} />
        {isFirstIn ? (
          <>
            <PeopleSection view={view} />
            <UsageSection view={view} />
            <CommercialSection view={view} />
            <TicketsSection view={view} />
            <PlansSection view={view} />
            <TimelineSection view={view} />
            <SourcesSection view={view} />
          </>
        ) : (
          BELOW.map((section) => (
            <Section key={section.id} id={section.id} title={section.label}>
              <Skeleton height={320} aria-busy="true" />
            </Section>
          ))
        )}
      </Page>
    </>
  );
}
