import { useQuery } from '@tanstack/react-query';

import type { AccountView, Colour, InvoiceRow } from '../../../api/client';
import { invoicesQuery } from '../../../api/queries';
import { longDay } from '../../../format/day';
import { plainMoney } from '../../../format/money';
import { spaced } from '../../../format/words';
import { DataTable } from '../../../show/DataTable';
import { DayText } from '../../../show/DayText';
import { Loaded } from '../../../show/Loaded';
import { Money } from '../../../show/Money';
import { Tag } from '../../../show/Tag';
import { useAsOf } from '../../../show/useAsOf';

const COLOURS: Record<string, Colour> = {
  paid: 'green',
  paid_late: 'yellow',
  due: 'unknown',
  overdue: 'red',
  failed: 'red',
};

/** Invoices, and whether they were paid in time. */
export function Invoices({ view }: { view: AccountView }) {
  const invoices = useQuery(invoicesQuery(view.account, useAsOf()));
  return (
    <Loaded query={invoices} what="the invoices" height={200}>
      {(rows) => (
        <DataTable
          name="Invoices"
          file={`${view.account}-invoices`}
          rows={rows}
          limit={8}
          keyOf={(row) => row.invoice}
          empty="No invoice is known. Invoices come from invoices.csv."
          columns={[
            { id: 'invoice', label: 'Invoice', show: (row) => <code>{row.invoice}</code>, csv: (row) => row.invoice },
            {
              id: 'amount',
              label: 'Amount',
              align: 'right',
              show: (row) => <Money cents={row.amount_cents} whole />,
              csv: (row) => plainMoney(row.amount_cents),
            },
            { id: 'due_on', label: 'Due', show: (row) => <DayText day={row.due_on} />, csv: (row) => row.due_on },
            { id: 'state', label: 'State', show: (row) => <State row={row} />, csv: (row) => row.state },
            { id: 'paid_on', label: 'Paid', show: (row) => <DayText day={row.paid_on} />, csv: (row) => row.paid_on },
          ]}
        />
      )}
    </Loaded>
  );
}

function State({ row }: { row: InvoiceRow }) {
  return (
    <Tag colour={COLOURS[row.state] ?? 'unknown'} title={row.failed_on ? `a payment failed on ${longDay(row.failed_on)}` : undefined}>
      {spaced(row.state)}
      {row.days_overdue != null && ` ${row.days_overdue} d`}
    </Tag>
  );
}
