import { Button, Checkbox, Popover } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';

import type { BookSummary, Day } from '../api/client';
import { addDays, longDay, shortDay } from '../format/day';
import { Calendar } from '../show/Calendar';
import { Icon } from '../show/Icon';
import { useAsOf } from '../show/useAsOf';
import classes from './AsOfPicker.module.css';

/** The day whose truth all pages show. The address carries it. */
export function AsOfPicker({ book }: { book: BookSummary }) {
  const [isOpen, setOpen] = useState(false);
  const navigate = useNavigate();
  const { as_of: asOf, known_by: knownBy } = useAsOf();
  const day = asOf ?? book.default_as_of;

  const choose = (chosen: Day, onlyRecorded: boolean) => {
    void navigate({
      to: '.',
      search: (search) => ({
        ...search,
        as_of: chosen === book.default_as_of ? undefined : chosen,
        known_by: onlyRecorded ? chosen : undefined,
      }),
      hash: true,
    });
  };
  const pick = (chosen: Day) => {
    choose(chosen, knownBy !== undefined);
    setOpen(false);
  };

  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          size="compact-md"
          className={classes.target}
          data-past={day < book.default_as_of || undefined}
          leftSection={<Icon name="calendar" />}
          rightSection={<Icon name="down" size={12} />}
          onClick={() => setOpen(!isOpen)}
          title={`as of ${longDay(day)}`}
          aria-label={`as of ${longDay(day)}: choose another day`}
        >
          <span className={classes.words}>as of</span> {shortDay(day)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown} aria-label="Choose the day">
        <ul className={classes.presets}>
          {presets(book).map(([label, preset]) => (
            <li key={label}>
              <button type="button" onClick={() => pick(preset)} aria-current={preset === day || undefined}>
                {label}
                <span>{shortDay(preset)}</span>
              </button>
            </li>
          ))}
        </ul>
        <div>
          <Calendar
            key={day}
            value={day}
            least={book.first_fact_on ?? undefined}
            most={book.today > book.default_as_of ? book.today : book.default_as_of}
            onChange={pick}
          />
          <Checkbox
            className={classes.recorded}
            size="xs"
            checked={knownBy !== undefined}
            onChange={(event) => choose(day, event.currentTarget.checked)}
            label="only what had been recorded by then"
          />
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

function presets(book: BookSummary): [string, Day][] {
  const latest = book.default_as_of;
  const days: [string, Day][] = [
    [latest === book.today ? 'Today' : 'Last day with a fact', latest],
    ['30 days before', addDays(latest, -30)],
    ['90 days before', addDays(latest, -90)],
    ['A year before', addDays(latest, -365)],
    ['Two years before', addDays(latest, -730)],
  ];
  const first = book.first_fact_on;
  return first ? days.filter(([, day]) => day >= first) : days.slice(0, 1);
}
