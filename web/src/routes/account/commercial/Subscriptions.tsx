import type { AccountView, Colour } from '../../../api/client';
import { plainMoney } from '../../../format/money';
import { count, percent } from '../../../format/number';
import { spaced } from '../../../format/words';
import { DataTable } from '../../../show/DataTable';
import { DayText } from '../../../show/DayText';
import { Money } from '../../../show/Money';
import { Tag } from '../../../show/Tag';

const RENEWAL_COLOURS: Record<string, Colour> = {
  renewed: 'green',
  expansion: 'green',
  contraction: 'yellow',
  churned: 'red',
};

/** Running and past terms. */
export function Subscriptions({ view }: { view: AccountView }) {
  return (
    <DataTable
      name="Subscriptions"
      file={`${view.account}-subscriptions`}
      rows={view.subscriptions}
      keyOf={(row) => row.subscription}
      empty="No term is known. Terms come from subscriptions.csv."
      columns={[
        {
          id: 'product',
          label: 'Product',
          show: (row) => <span title={row.subscription}>{spaced(row.product)}</span>,
          csv: (row) => row.product,
        },
        {
          id: 'arr',
          label: 'ARR',
          align: 'right',
          show: (row) => <Money cents={row.arr_cents} whole />,
          csv: (row) => plainMoney(row.arr_cents),
        },
        {
          id: 'quantity',
          label: 'Activated of entitled',
          align: 'right',
          show: (row) => licences(row.activated, row.quantity, row.unit),
          csv: (row) => `${row.activated ?? ''} of ${row.quantity ?? ''}`,
        },
        { id: 'starts_on', label: 'From', show: (row) => <DayText day={row.starts_on} />, csv: (row) => row.starts_on },
        {
          id: 'ends_on',
          label: 'Ends',
          show: (row) => <DayText day={row.ends_on} asOf={view.as_of} missing="evergreen" />,
          csv: (row) => row.ends_on,
        },
        {
          id: 'state',
          label: 'State',
          show: (row) =>
            row.renewal ? (
              <Tag colour={RENEWAL_COLOURS[row.renewal] ?? 'unknown'}>{row.renewal}</Tag>
            ) : (
              spaced(row.state)
            ),
          csv: (row) => row.renewal ?? row.state,
        },
      ]}
    />
  );
}

function licences(activated: number | null | undefined, quantity: number | null | undefined, unit: string | null | undefined) {
  if (quantity == null) return '–';
  const of = `${count(quantity)} ${unit ?? ''}`.trim();
  if (activated == null) return of;
  return `${count(activated)} of ${of}${quantity > 0 ? ` (${percent(activated / quantity)})` : ''}`;
}
