import type { UseQueryResult } from '@tanstack/react-query';
import { useCallback } from 'react';

import type { AccountView, History } from '../../../api/client';
import { addDays, longDay } from '../../../format/day';
import { oneDecimal } from '../../../format/number';
import { titled } from '../../../format/words';
import { Change } from '../../../show/Change';
import { Chart } from '../../../show/chart/Chart';
import type { Ink } from '../../../show/chart/ink';
import { LegendLine } from '../../../show/chart/Legend';
import { type Column, DataTable } from '../../../show/DataTable';
import { Health } from '../../../show/Health';
import { Loaded } from '../../../show/Loaded';
import { useBook } from '../../../show/useBook';
import classes from './Health.module.css';
import { historyOption } from './historyOption';

interface Properties {
  view: AccountView;
  score: 'outcomes' | 'experience';
  history: UseQueryResult<History>;
}

/** A score, its change, and its last twelve months. */
export function ScoreCard({ view, score, history }: Properties) {
  const label = useBook()?.labels[score] ?? titled(score);
  return (
    <section className={classes.card} aria-label={label}>
      <h2 className={classes.cardTitle}>{label}</h2>
      <div className={classes.headline}>
        <Health cell={view[score]} size="headline" />
        <span>
          <Change change={view[score].change} against={longDay(addDays(view.as_of, -30))} inDetail />
          {view[score].change != null && <span className={classes.small}> in 30 days</span>}
        </span>
      </div>
      <Loaded query={history} what="the history" height={228}>
        {(data) => <HistoryChart view={view} score={score} history={data} />}
      </Loaded>
    </section>
  );
}

function HistoryChart({ view, score, history }: { view: AccountView; score: string; history: History }) {
  const option = useCallback((ink: Ink) => historyOption(history, score, ink), [history, score]);
  const isKnown = history.points.some((point) => point.scores[score] != null);
  if (!isKnown) return <p className={classes.quiet}>Unknown in all of the last twelve months.</p>;
  const bands = history.bands[score];
  const ids = score === 'outcomes' ? ['outcomes', ...Object.keys(view.components)] : [score];
  const columns: Column<History['points'][number]>[] = [
    { id: 'day', label: 'Day', show: (point) => longDay(point.day), csv: (point) => point.day },
    ...ids.map((id) => ({
      id,
      label: titled(id),
      align: 'right' as const,
      show: (point: History['points'][number]) => oneDecimal(point.scores[id]),
      csv: (point: History['points'][number]) => point.scores[id],
    })),
  ];
  return (
    <Chart
      option={option}
      height={204}
      label={`${titled(score)} of ${view.name} over twelve months`}
      legend={
        <>
          <LegendLine label="weekly" colour="var(--accent)" />
          {bands && (
            <span>
              green from {bands.green}, yellow from {bands.yellow}
            </span>
          )}
        </>
      }
      table={
        <DataTable
          name={`${titled(score)} by week`}
          file={`${view.account}-${score}-history`}
          columns={columns}
          rows={history.points.toReversed()}
          keyOf={(point) => point.day}
          empty="No score in these months."
        />
      }
    />
  );
}
