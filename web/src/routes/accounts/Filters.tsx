import { Button, Menu } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';

import type { Facets } from '../../api/client';
import { personOf, spaced } from '../../format/words';
import { Icon } from '../../show/Icon';
import { Shape } from '../../show/Shape';
import { ComponentFilterMenu } from './ComponentFilterMenu';
import classes from './Filters.module.css';
import { ListFilterMenu } from './ListFilterMenu';
import { OneFilterMenu } from './OneFilterMenu';
import { type AccountsSearch, COLOURS, countFilters, type ListFilter, STATUSES, withoutFilters } from './search';

const COLOUR_CHOICES = COLOURS.map((colour) => ({ value: colour, words: colour, mark: <Shape colour={colour} /> }));
const RENEWAL_CHOICES = [30, 60, 90, 180, 365].map((days) => ({ value: String(days), words: `${days} days` }));
const STATUS_WORDS: Record<string, string> = {
  customer: 'customers',
  prospect: 'not yet customers',
  churned: 'former customers',
  all: 'all accounts',
};

type FilterId = ListFilter | 'component' | 'renews_within' | 'status';

const FILTERS: readonly { id: FilterId; label: string; isFirst?: boolean }[] = [
  { id: 'segment', label: 'Segment', isFirst: true },
  { id: 'csm', label: 'Owner', isFirst: true },
  { id: 'colour', label: 'Colour', isFirst: true },
  { id: 'tier', label: 'Tier' },
  { id: 'stage', label: 'Stage' },
  { id: 'region', label: 'Region' },
  { id: 'industry', label: 'Industry' },
  { id: 'component', label: 'Component' },
  { id: 'experience_colour', label: 'Experience' },
  { id: 'renews_within', label: 'Renewal within' },
  { id: 'status', label: 'Status' },
];

/** The filters in use and the way to more of them. */
export function Filters({ facets }: { facets: Facets | undefined }) {
  const search = useSearch({ from: '/accounts' });
  const navigate = useNavigate({ from: '/accounts' });
  const [added, setAdded] = useState<FilterId | undefined>();
  const change = (next: AccountsSearch) => void navigate({ search: (old) => ({ ...old, ...next }) });
  const isShown = (filter: (typeof FILTERS)[number]) =>
    filter.isFirst === true || filter.id === added || search[filter.id] !== undefined;

  return (
    <div className={classes.filters}>
      {FILTERS.filter(isShown).map(({ id, label }) => (
        <Filter
          key={id}
          id={id}
          label={label}
          facets={facets}
          search={search}
          change={change}
          startsOpen={id === added && search[id] === undefined}
        />
      ))}
      <Menu position="bottom-start" shadow="md">
        <Menu.Target>
          <Button
            variant="subtle"
            size="compact-sm"
            className={classes.button}
            leftSection={<Icon name="plus" size={12} />}
          >
            Filter
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {FILTERS.filter((filter) => !isShown(filter)).map((filter) => (
            <Menu.Item key={filter.id} onClick={() => setAdded(filter.id)}>
              {filter.label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {countFilters(search) > 0 && (
        <Button
          variant="subtle"
          size="compact-sm"
          className={classes.button}
          onClick={() =>
            void navigate({ search: ({ as_of, known_by }) => ({ as_of, known_by, ...withoutFilters(search) }) })
          }
        >
          Clear filters
        </Button>
      )}
    </div>
  );
}

interface FilterProperties {
  id: FilterId;
  label: string;
  facets: Facets | undefined;
  search: AccountsSearch;
  change: (next: AccountsSearch) => void;
  startsOpen: boolean;
}

function Filter({ id, label, facets, search, change, startsOpen }: FilterProperties) {
  if (id === 'component') {
    return (
      <ComponentFilterMenu
        component={search.component}
        colour={search.component_colour}
        onChange={(component, colour) => change({ component, component_colour: colour })}
        startsOpen={startsOpen}
      />
    );
  }
  const shared = { label, value: search[id], onChange: (value: string | undefined) => change({ [id]: value }), startsOpen };
  if (id === 'renews_within') return <OneFilterMenu {...shared} choices={RENEWAL_CHOICES} />;
  if (id === 'status') {
    const choices = STATUSES.map((status) => ({ value: status, words: STATUS_WORDS[status] ?? status }));
    return <OneFilterMenu {...shared} choices={choices} />;
  }
  return <ListFilterMenu {...shared} choices={choicesOf(id, facets)} />;
}

function choicesOf(id: ListFilter, facets: Facets | undefined): readonly { value: string; words: string }[] {
  if (id === 'colour' || id === 'experience_colour' || id === 'component_colour') return COLOUR_CHOICES;
  const values: readonly (string | number)[] = facets?.[id] ?? [];
  return values.map((value) => ({
    value: String(value),
    words: id === 'csm' ? personOf(String(value)) : id === 'tier' ? `tier ${value}` : spaced(String(value)),
  }));
}
