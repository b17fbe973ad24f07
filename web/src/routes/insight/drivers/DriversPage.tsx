import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';

import type { DriversRun } from '../../../api/client';
import { analysisQuery, driversQuery } from '../../../api/queries';
import { useTitle } from '../../../frame/title';
import { Empty } from '../../../show/Empty';
import { Failure } from '../../../show/Failure';
import { Page } from '../../../show/Page';
import { Section } from '../../../show/Section';
import { useAsOf } from '../../../show/useAsOf';
import { AnswerSection } from './AnswerSection';
import { CalibrationSection } from './CalibrationSection';
import { AssumptionsSection, ChecksSection } from './ChecksSection';
import { ColourSection } from './ColourSection';
import { CountsSection } from './CountsSection';
import classes from './DriversPage.module.css';
import { ModelSection } from './ModelSection';
import { RowsSection } from './RowsSection';
import { ANOTHER_QUESTION } from './rows';
import { RunBanner } from './RunBanner';
import { RunsSection } from './RunsSection';
import { driversQueryOf } from './search';
import { SetupForm } from './SetupForm';

/** Which components go with renewal, by how much, how surely; or why that cannot be said. */
export function DriversPage() {
  useTitle('Drivers');
  const search = useSearch({ from: '/insight/drivers' });
  const asOf = useAsOf();
  const { run: kept } = search;
  const fresh = useQuery({ ...driversQuery(driversQueryOf(search, asOf)), enabled: kept === undefined });
  const analysis = useQuery({ ...analysisQuery(kept ?? ''), enabled: kept !== undefined });
  const query = kept === undefined ? fresh : analysis;

  return (
    <Page>
      <SetupForm run={query.data} />
      {asOf.known_by && (
        <p className={classes.note}>
          By when facts were recorded is not asked here: each renewal is scored from what was known by its own as-of day.
        </p>
      )}
      {query.data ? (
        <Run run={query.data} isKept={kept !== undefined} />
      ) : query.isError ? (
        <>
          <Failure what={kept ? 'this kept run' : 'the analysis'} error={query.error} onRetry={() => void query.refetch()} />
          {kept && (
            <p className={classes.centred}>
              <Link from="/insight/drivers" to="/insight/drivers" search={(old) => ({ ...old, ...ANOTHER_QUESTION, run: undefined })}>
                Look at the book as it is now
              </Link>
            </p>
          )}
        </>
      ) : (
        <Waiting isKept={kept !== undefined} />
      )}
    </Page>
  );
}

function Run({ run, isKept }: { run: DriversRun; isKept: boolean }) {
  const { report } = run;
  if (report.counts.n_due === 0) {
    return (
      <>
        {isKept && <RunBanner run={run} />}
        <Empty title="No renewal was due in this window">
          Which components go with renewal is asked of renewals that were due and have been decided. Take a longer or an
          earlier window above, or import subscriptions.
        </Empty>
        <RunsSection run={run} />
      </>
    );
  }
  return (
    <>
      {isKept && <RunBanner run={run} />}
      <AnswerSection report={report} />
      {report.model && <ModelSection report={report} model={report.model} />}
      <ColourSection report={report} />
      {report.validation && <CalibrationSection report={report} validation={report.validation} />}
      <div className={classes.pair}>
        <CountsSection report={report} />
        <ChecksSection report={report} />
      </div>
      <AssumptionsSection report={report} />
      <RunsSection run={run} />
      <RowsSection run={run} />
    </>
  );
}

const PARTS = [
  { id: 'model', title: 'Ten points more of a component, the others alike', height: 600 },
  { id: 'colours', title: 'Renewal by the colour of the outcomes score', height: 400 },
  { id: 'calibration', title: 'On renewals that the model had not seen', height: 560 },
] as const;

/** The page's parts at about their size, and how long it takes. */
function Waiting({ isKept }: { isKept: boolean }) {
  return (
    <div className={classes.waiting} aria-busy="true">
      <Section id="answer" title="Which components go with renewal?">
        <p role="status" className={classes.quiet}>
          {isKept
            ? 'Opening the kept run…'
            : 'Scoring every account as of a day before its renewal, fitting and checking the model… This takes some seconds on a book not asked before, then the answer is kept.'}
        </p>
        <Skeleton height={232} mt={12} />
      </Section>
      {PARTS.map(({ id, title, height }) => (
        <Section key={id} id={id} title={title}>
          <Skeleton height={height} />
        </Section>
      ))}
    </div>
  );
}
