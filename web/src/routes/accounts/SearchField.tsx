import { CloseButton, TextInput } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type RefObject, useEffect, useRef, useState } from 'react';

import { Icon } from '../../show/Icon';
import classes from './AccountsPage.module.css';

const AFTER_TYPING_MS = 200;

/** Finds accounts by name or id as one types; the address follows a moment later. */
export function SearchField({ ref }: { ref: RefObject<HTMLInputElement | null> }) {
  const { q } = useSearch({ from: '/accounts' });
  const navigate = useNavigate({ from: '/accounts' });
  const [text, setText] = useState(q ?? '');
  const sent = useRef(q ?? '');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  // An address changed by others (back, clear filters) shows in the field; an echo of one's own typing does not.
  useEffect(() => {
    if ((q ?? '') === sent.current) return;
    sent.current = q ?? '';
    setText(q ?? '');
  }, [q]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const send = (next: string) => {
    sent.current = next.trim();
    void navigate({ search: (old) => ({ ...old, q: next.trim() || undefined }), replace: true });
  };
  const type = (next: string) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => send(next), AFTER_TYPING_MS);
  };

  return (
    <TextInput
      ref={ref}
      size="xs"
      className={classes.search}
      type="search"
      aria-label="Find accounts"
      placeholder="Name or id"
      leftSection={<Icon name="search" size={14} />}
      rightSection={text ? <CloseButton size="sm" aria-label="Clear the search" onClick={() => type('')} /> : undefined}
      value={text}
      onChange={(event) => type(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
    />
  );
}
