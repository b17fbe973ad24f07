import { Button } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type SyntheticEvent, useId } from 'react';

import type { BookSummary, DriversRun } from '../../../api/client';
import { useAsOf } from '../../../show/useAsOf';
import { useBook } from '../../../show/useBook';
import classes from './SetupForm.module.css';
import { ANOTHER_QUESTION } from './rows';
import { defaultWindow, type DriversSearch, monthsBefore } from './search';

const LEADS = [30, 60, 90, 120, 180, 365];
const DEFAULT_LEAD = 90;
const MONTHS = [12, 24, 36];

/** Which renewals, how long before, under which rules; the address holds it, so that a view can be shared. */
export function SetupForm({ run }: { run: DriversRun | undefined }) {
  const search = useSearch({ from: '/insight/drivers' });
  const asOf = useAsOf();
  const book = useBook();
  if (!book) return <div className={classes.form} aria-busy="true" />;
  const window = defaultWindow(book, asOf);
  const shown = {
    from: run?.report.from ?? search.from ?? (search.to ? monthsBefore(search.to, 12) : window.from),
    to: run?.report.to ?? search.to ?? window.to,
    lead: String(run?.report.lead_days ?? search.lead ?? DEFAULT_LEAD),
    workbook: String(search.run ? (run?.workbook_version ?? '') : (search.workbook ?? '')),
  };
  // Another window on view is another form: what was typed into the former one is gone with it.
  return <Fields key={JSON.stringify([shown, search.run])} shown={shown} search={search} book={book} />;
}

type Shown = Record<'from' | 'to' | 'lead' | 'workbook', string>;

function Fields({ shown, search, book }: { shown: Shown; search: DriversSearch; book: BookSummary }) {
  const navigate = useNavigate({ from: '/insight/drivers' });
  const id = useId();
  const submit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const changed = (name: keyof Shown) => {
      const value = String(fields.get(name) ?? '');
      if (value === shown[name] && search.run === undefined) return search[name];
      return value === '' ? undefined : value;
    };
    void navigate({
      search: (old) => ({
        ...old,
        ...ANOTHER_QUESTION,
        from: changed('from'),
        to: changed('to'),
        lead: changed('lead'),
        workbook: changed('workbook'),
        run: undefined,
      }),
      resetScroll: false,
    });
  };
  const leads = [...new Set([...LEADS, Number(shown.lead)])].toSorted((a, b) => a - b);
  const versions = Array.from({ length: book.workbook_version + 1 }, (_, index) => book.workbook_version - index);
  return (
    <form className={classes.form} onSubmit={submit} aria-label="Which renewals">
      <div className={classes.field}>
        <label htmlFor={`${id}-from`}>Due from</label>
        <input id={`${id}-from`} type="date" name="from" required defaultValue={shown.from} />
      </div>
      <div className={classes.field}>
        <label htmlFor={`${id}-to`}>until before</label>
        <input id={`${id}-to`} type="date" name="to" required defaultValue={shown.to} />
      </div>
      <div className={classes.presets} role="group" aria-label="Length of the window">
        {MONTHS.map((months) => {
          const from = monthsBefore(shown.to, months);
          return (
            <Link
              key={months}
              from="/insight/drivers"
              to="/insight/drivers"
              search={(old) => ({ ...old, ...ANOTHER_QUESTION, from, run: undefined, ...(search.run ? { to: shown.to } : {}) })}
              resetScroll={false}
              className={classes.preset}
              activeProps={{}}
              data-chosen={from === shown.from || undefined}
              aria-current={from === shown.from || undefined}
              // What preloads would run an analysis for whoever passes by.
              preload={false}
            >
              {months} months
            </Link>
          );
        })}
      </div>
      <div className={classes.field}>
        <label htmlFor={`${id}-lead`}>scores</label>
        <select id={`${id}-lead`} name="lead" defaultValue={shown.lead}>
          {leads.map((days) => (
            <option key={days} value={days}>
              {days} days before
            </option>
          ))}
        </select>
      </div>
      <div className={classes.field}>
        <label htmlFor={`${id}-workbook`}>under</label>
        <select id={`${id}-workbook`} name="workbook" defaultValue={shown.workbook}>
          <option value="">the workbook in force</option>
          {versions.map((version) => (
            <option key={version} value={version}>
              {version === 0 ? 'the built-in workbook' : `workbook version ${version}`}
            </option>
          ))}
        </select>
      </div>
      <Button type="submit" size="compact-sm" className={classes.run}>
        Run
      </Button>
    </form>
  );
}
