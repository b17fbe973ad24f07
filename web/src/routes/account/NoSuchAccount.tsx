import { Link } from '@tanstack/react-router';

import { Empty } from '../../show/Empty';

/** The address names an account that the book does not hold. */
export function NoSuchAccount({ account }: { account: string }) {
  return (
    <Empty title={`There is no account “${account}”`} action={<Link to="/accounts">Back to the accounts</Link>}>
      Accounts are found by their <code>external_id</code>, letter by letter as in the book. It may have been imported under
      another id: search for its name with <kbd>/</kbd>.
    </Empty>
  );
}
