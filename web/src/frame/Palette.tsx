import { Modal, VisuallyHidden } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';

import type { AccountRow } from '../api/client';
import { jumpQuery } from '../api/queries';
import { counted } from '../format/number';
import { personOf, spaced } from '../format/words';
import { Health } from '../show/Health';
import { Icon } from '../show/Icon';
import { useAsOf } from '../show/useAsOf';
import { PAGES } from './pages';
import classes from './Palette.module.css';

type Choice = { kind: 'page'; page: (typeof PAGES)[number] } | { kind: 'account'; row: AccountRow };

/** Search over accounts and pages: type, move by arrows, go by enter. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const [marked, setMarked] = useState(0);
  const [q] = useDebouncedValue(text.trim(), 120);
  const navigate = useNavigate();
  const accounts = useQuery({ ...jumpQuery(q, useAsOf()), placeholderData: keepPreviousData });
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);

  const needle = text.trim().toLowerCase();
  const choices: Choice[] = [
    ...PAGES.filter((page) => `${page.under ?? ''} ${page.label}`.toLowerCase().includes(needle)).map((page): Choice => ({ kind: 'page', page })),
    ...(accounts.data?.rows ?? []).map((row): Choice => ({ kind: 'account', row })),
  ];
  const current = Math.min(marked, choices.length - 1);

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [current]);

  const go = (choice: Choice | undefined) => {
    if (!choice) return;
    onClose();
    if (choice.kind === 'page') void navigate({ to: choice.page.to });
    else void navigate({ to: '/accounts/$account', params: { account: choice.row.account } });
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setMarked((current + step + choices.length) % Math.max(1, choices.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      go(choices[current]);
    }
  };

  return (
    <Modal.Root opened onClose={onClose} yOffset="12vh" size={560}>
      <Modal.Overlay />
      <Modal.Content aria-label="Search or jump">
      <label className={classes.field}>
        <Icon name="search" />
        <VisuallyHidden>Search or jump</VisuallyHidden>
        <input
          data-autofocus
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={choices.length > 0 ? `${listId}-${current}` : undefined}
          placeholder="An account’s name or id, or a page"
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setMarked(0);
          }}
          onKeyDown={press}
        />
        <kbd>Esc</kbd>
      </label>
      <div className={classes.list} role="listbox" id={listId} aria-label="Accounts and pages" ref={list}>
        {choices.map((choice, index) => (
          <div
            key={choice.kind === 'page' ? choice.page.to : `account ${choice.row.account}`}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === current}
            tabIndex={-1}
            className={classes.option}
            onMouseMove={() => setMarked(index)}
            onClick={() => go(choice)}
            onKeyDown={press}
          >
            {choice.kind === 'page' ? <PageChoice page={choice.page} /> : <AccountChoice row={choice.row} />}
          </div>
        ))}
      </div>
      {choices.length === 0 && !accounts.isFetching && (
        <p className={classes.none}>No account or page is called “{text.trim()}”. A part of the name is enough.</p>
      )}
      <VisuallyHidden role="status">{accounts.isFetching ? '' : counted(choices.length, 'result')}</VisuallyHidden>
      </Modal.Content>
    </Modal.Root>
  );
}

function PageChoice({ page }: { page: (typeof PAGES)[number] }) {
  return (
    <>
      <Icon name={page.icon} />
      <span className={classes.name}>{page.label}</span>
      <span className={classes.beside}>page</span>
    </>
  );
}

function AccountChoice({ row }: { row: AccountRow }) {
  const beside = [row.segment && spaced(row.segment), row.csm && personOf(row.csm)].filter(Boolean).join(' · ');
  return (
    <>
      <Health cell={row.outcomes} size="narrow" />
      <span className={classes.name}>{row.name}</span>
      <span className={classes.beside}>{beside}</span>
    </>
  );
}
