import { Checkbox, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';

import { listOf, toggled } from '../../url';
import { FilterButton } from './FilterButton';
import classes from './Filters.module.css';

/** From how many choices on one may search among them. */
const MANY = 9;

interface Properties {
  label: string;
  /** The choices: value and words. */
  choices: readonly { value: string; words: string; mark?: ReactNode }[];
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  startsOpen?: boolean;
}

/** A filter that takes any of several values. */
export function ListFilterMenu({ label, choices, value, onChange, startsOpen = false }: Properties) {
  const [needle, setNeedle] = useState('');
  const chosen = listOf(value);
  const words = chosen.map((one) => choices.find((choice) => choice.value === one)?.words ?? one);
  const shown = choices.filter((choice) => choice.words.toLowerCase().includes(needle.toLowerCase()));
  return (
    <FilterButton
      label={label}
      chosen={words.length === 0 ? undefined : words.length === 1 ? words[0] : String(words.length)}
      onClear={() => onChange(undefined)}
      startsOpen={startsOpen}
    >
      {choices.length >= MANY && (
        <TextInput
          size="xs"
          mb={8}
          placeholder={`Find ${label.toLowerCase()}`}
          aria-label={`Find ${label.toLowerCase()}`}
          value={needle}
          onChange={(event) => setNeedle(event.currentTarget.value)}
        />
      )}
      <div className={classes.choices}>
        {shown.map((choice) => (
          <Checkbox
            key={choice.value}
            size="xs"
            className={classes.choice}
            checked={chosen.includes(choice.value)}
            onChange={() => onChange(toggled(value, choice.value))}
            label={
              <span className={classes.words}>
                {choice.mark}
                {choice.words}
              </span>
            }
          />
        ))}
        {shown.length === 0 && <p className={classes.none}>nothing to choose</p>}
      </div>
    </FilterButton>
  );
}
