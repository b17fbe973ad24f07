import { Skeleton } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';

import type { AccountRow } from '../../api/client';
import { personOf, spaced } from '../../format/words';
import { Change } from '../../show/Change';
import { DayText } from '../../show/DayText';
import { Health } from '../../show/Health';
import { Money } from '../../show/Money';
import { Sparkline } from '../../show/Sparkline';
import classes from './AccountCards.module.css';
import { AccountLink } from './AccountLink';
import type { ListContext } from './columns';
import { COMPONENTS } from './search';
import type { ListWalk } from './useListWalk';

const CARD_HEIGHT = 144;
const CARDS_AHEAD = 40;

interface Properties {
  rows: readonly AccountRow[] | undefined;
  context: ListContext;
  onEnd: () => void;
  walk: ListWalk;
}

/** The list on a narrow screen. */
export function AccountCards({ rows, context, onEnd, walk }: Properties) {
  const list = useRef<HTMLUListElement>(null);
  const count = rows?.length ?? 0;
  const virtual = useWindowVirtualizer({
    count,
    estimateSize: () => CARD_HEIGHT,
    overscan: 6,
    scrollMargin: list.current?.offsetTop ?? 0,
  });
  const items = virtual.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (count > 0 && lastIndex >= count - CARDS_AHEAD) onEnd();
  }, [lastIndex, count, onEnd]);
  useEffect(() => {
    walk.attach((index) => virtual.scrollToIndex(index, { align: 'auto' }), list);
  }, [walk, virtual]);

  if (!rows) {
    return (
      <div aria-busy="true" className={classes.list}>
        {[1, 2, 3, 4].map((index) => (
          <div key={index} className={classes.place} style={{ height: CARD_HEIGHT }}>
            <Skeleton height={CARD_HEIGHT - 8} />
          </div>
        ))}
      </div>
    );
  }
  return (
    <ul className={classes.list} ref={list} style={{ height: virtual.getTotalSize() }} aria-label="Accounts">
      {items.map((item) => {
        const row = rows[item.index];
        if (!row) return null;
        return (
          <li
            key={row.account}
            data-index={item.index}
            aria-posinset={item.index + 1}
            aria-setsize={count}
            className={classes.place}
            style={{
              position: 'absolute',
              inset: '0 0 auto',
              height: CARD_HEIGHT,
              transform: `translateY(${item.start - virtual.options.scrollMargin}px)`,
            }}
          >
            <Card row={row} context={context} />
          </li>
        );
      })}
    </ul>
  );
}

function Card({ row, context }: { row: AccountRow; context: ListContext }) {
  const facts = [row.segment && spaced(row.segment), row.csm && personOf(row.csm)].filter(Boolean).join(' · ');
  return (
    <div className={classes.card}>
      <div className={classes.line}>
        <AccountLink row={row} />
        <strong>
          <Money cents={row.arr_cents} />
        </strong>
      </div>
      <p className={classes.facts}>
        {facts} · <DayText day={row.renews_on} asOf={context.asOf} form="relative" missing="no renewal due" />
      </p>
      <div className={classes.line}>
        <span className={classes.score}>
          <Health cell={row.outcomes} />
          <Change change={row.outcomes.change} against={context.against} />
        </span>
        <Sparkline values={row.trend} colour={row.outcomes.colour} width={96} />
      </div>
      <dl className={classes.components}>
        {COMPONENTS.map((id) => (
          <div key={id}>
            <dt title={spaced(id)}>{id.charAt(0).toUpperCase()}</dt>
            <dd>
              <Health cell={row.components[id]} size="narrow" />
            </dd>
          </div>
        ))}
        <div>
          <dt title="experience">CX</dt>
          <dd>
            <Health cell={row.experience} size="narrow" />
          </dd>
        </div>
      </dl>
      <p className={classes.why}>{row.why}</p>
    </div>
  );
}
