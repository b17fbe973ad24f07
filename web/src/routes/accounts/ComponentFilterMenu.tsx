import { Checkbox, Radio } from '@mantine/core';
import { useState } from 'react';

import { spaced, titled } from '../../format/words';
import { Shape } from '../../show/Shape';
import { listOf, toggled } from '../../url';
import { FilterButton } from './FilterButton';
import classes from './Filters.module.css';
import { COLOURS, COMPONENTS } from './search';

interface Properties {
  component: string | undefined;
  colour: string | undefined;
  onChange: (component: string | undefined, colour: string | undefined) => void;
  startsOpen?: boolean;
}

/** Accounts one of whose components has one of these colours. */
export function ComponentFilterMenu({ component, colour, onChange, startsOpen = false }: Properties) {
  const [chosen, setChosen] = useState<string>(component ?? COMPONENTS[2]);
  const colours = listOf(colour);
  return (
    <FilterButton
      label="Component"
      chosen={component && colour ? `${spaced(component)} ${colours.join(', ')}` : undefined}
      onClear={() => onChange(undefined, undefined)}
      startsOpen={startsOpen}
    >
      <Radio.Group
        value={chosen}
        aria-label="Component"
        onChange={(next) => {
          setChosen(next);
          if (colour) onChange(next, colour);
        }}
      >
        <div className={classes.choices}>
          {COMPONENTS.map((id) => (
            <Radio
              key={id}
              size="xs"
              className={classes.choice}
              value={id}
              label={id === 'roi' ? 'Return on investment' : titled(id)}
            />
          ))}
        </div>
      </Radio.Group>
      <div className={classes.choices} data-second>
        {COLOURS.map((one) => (
          <Checkbox
            key={one}
            size="xs"
            className={classes.choice}
            checked={colours.includes(one)}
            onChange={() => {
              const next = toggled(colour, one);
              onChange(next ? chosen : undefined, next);
            }}
            label={
              <span className={classes.words}>
                <Shape colour={one} /> {one}
              </span>
            }
          />
        ))}
      </div>
    </FilterButton>
  );
}
