import { Radio } from '@mantine/core';

import { FilterButton } from './FilterButton';
import classes from './Filters.module.css';

interface Properties {
  label: string;
  choices: readonly { value: string; words: string }[];
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  startsOpen?: boolean;
}

/** A filter that takes one of several values. */
export function OneFilterMenu({ label, choices, value, onChange, startsOpen = false }: Properties) {
  const words = choices.find((choice) => choice.value === value)?.words ?? value;
  return (
    <FilterButton label={label} chosen={words} onClear={() => onChange(undefined)} startsOpen={startsOpen}>
      <Radio.Group value={value ?? ''} onChange={onChange} aria-label={label}>
        <div className={classes.choices}>
          {choices.map((choice) => (
            <Radio key={choice.value} size="xs" className={classes.choice} value={choice.value} label={choice.words} />
          ))}
        </div>
      </Radio.Group>
    </FilterButton>
  );
}
