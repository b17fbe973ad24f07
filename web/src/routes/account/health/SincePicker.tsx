import { Button, Popover } from '@mantine/core';
import { useState } from 'react';

import type { Day } from '../../../api/client';
import { addDays, daysBetween, longDay, shortDay } from '../../../format/day';
import { Calendar } from '../../../show/Calendar';
import { Icon } from '../../../show/Icon';
import classes from './SincePicker.module.css';

const PRESETS = [7, 30, 90, 180, 365];

interface Properties {
  since: Day;
  asOf: Day;
  onChange: (day: Day) => void;
}

/** The earlier day of a comparison: so many days ago, or any day. */
export function SincePicker({ since, asOf, onChange }: Properties) {
  const [isOpen, setOpen] = useState(false);
  const days = daysBetween(since, asOf);
  const pick = (day: Day) => {
    onChange(day);
    setOpen(false);
  };
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          size="compact-sm"
          rightSection={<Icon name="down" size={12} />}
          title={longDay(since)}
          onClick={() => setOpen(!isOpen)}
        >
          {PRESETS.includes(days) ? `${days} days ago` : shortDay(since)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Choose the earlier day">
        <div className={classes.presets}>
          {PRESETS.map((preset) => (
            <button
              key={preset}
              type="button"
              className={classes.preset}
              aria-pressed={preset === days}
              onClick={() => pick(addDays(asOf, -preset))}
            >
              {preset} d
            </button>
          ))}
        </div>
        <Calendar value={since} most={addDays(asOf, -1)} onChange={pick} />
      </Popover.Dropdown>
    </Popover>
  );
}
