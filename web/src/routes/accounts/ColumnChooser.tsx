import { Checkbox } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';

import { titled } from '../../format/words';
import { ACCOUNT_COLUMNS, columnsOf, namedColumns } from './columns';
import { FilterButton } from './FilterButton';
import classes from './Filters.module.css';

/** Which columns the list shows; the address holds them where they are not the usual ones. */
export function ColumnChooser() {
  const search = useSearch({ from: '/accounts' });
  const navigate = useNavigate({ from: '/accounts' });
  const shown = new Set(columnsOf(search.columns).map((column) => column.id));
  const choose = (columns: string | undefined) =>
    void navigate({ search: (old) => ({ ...old, columns }), replace: true });
  const toggle = (id: string) => {
    const next = ACCOUNT_COLUMNS.filter((column) => (column.id === id ? !shown.has(id) : shown.has(column.id)));
    choose(namedColumns(next));
  };
  return (
    <FilterButton
      label="Columns"
      chosen={search.columns ? String(shown.size) : undefined}
      onClear={() => choose(undefined)}
    >
      <div className={classes.choices}>
        {ACCOUNT_COLUMNS.filter((column) => column.id !== 'name').map((column) => (
          <Checkbox
            key={column.id}
            size="xs"
            className={classes.choice}
            checked={shown.has(column.id)}
            onChange={() => toggle(column.id)}
            label={column.label.length === 1 ? (column.meaning ?? column.label) : titled(column.label)}
          />
        ))}
      </div>
    </FilterButton>
  );
}
