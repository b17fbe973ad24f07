import { Button, Popover } from '@mantine/core';
import type { ReactNode } from 'react';
import { useState } from 'react';

import { Icon } from '../../show/Icon';
import classes from './Filters.module.css';

interface Properties {
  label: string;
  /** What is chosen, in words. */
  chosen?: string | undefined;
  onClear?: () => void;
  startsOpen?: boolean;
  children: ReactNode;
}

/** A filter as a button that opens its choices. */
export function FilterButton({ label, chosen, onClear, startsOpen = false, children }: Properties) {
  const [isOpen, setOpen] = useState(startsOpen);
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-start" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          size="compact-sm"
          className={classes.button}
          data-active={chosen !== undefined || undefined}
          rightSection={<Icon name="down" size={12} />}
          onClick={() => setOpen(!isOpen)}
        >
          {label}
          {chosen !== undefined && <span className={classes.chosen}>{chosen}</span>}
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown} aria-label={label}>
        {children}
        {chosen !== undefined && onClear && (
          <Button variant="subtle" size="compact-sm" fullWidth onClick={onClear}>
            Clear
          </Button>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
