import type { AccountView } from '../../../api/client';
import { count } from '../../../format/number';
import { spaced } from '../../../format/words';
import { DataTable } from '../../../show/DataTable';
import { DayText } from '../../../show/DayText';
import { Section } from '../../../show/Section';

/** What is known of the account, and how fresh it is. */
export function SourcesSection({ view }: { view: AccountView }) {
  return (
    <Section id="sources" title="Sources">
      <DataTable
        name="Facts by file"
        file={`${view.account}-sources`}
        rows={view.sources}
        limit={20}
        keyOf={(row) => row.file}
        empty="No fact of this account is known on this day."
        columns={[
          { id: 'file', label: 'File', show: (row) => spaced(row.file), csv: (row) => row.file },
          { id: 'rows', label: 'Facts', align: 'right', show: (row) => count(row.rows), csv: (row) => row.rows },
          { id: 'first_on', label: 'First', show: (row) => <DayText day={row.first_on} />, csv: (row) => row.first_on },
          {
            id: 'last_on',
            label: 'Last',
            show: (row) => <DayText day={row.last_on} missing="none" />,
            csv: (row) => row.last_on,
          },
          {
            id: 'age',
            label: 'Freshness',
            show: (row) => <DayText day={row.last_on} asOf={view.as_of} form="relative" missing="no fact" />,
            csv: (row) => row.last_on,
          },
        ]}
      />
    </Section>
  );
}
