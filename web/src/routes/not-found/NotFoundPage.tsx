import { Link } from '@tanstack/react-router';

import { useTitle } from '../../frame/title';
import { Empty } from '../../show/Empty';

/** No page has this address. */
export function NotFoundPage() {
  useTitle('No such page');
  return (
    <Empty title={`There is no page at ${window.location.pathname}`} action={<Link to="/accounts">Go to the accounts</Link>}>
      The address may be mistyped, or of a page that this version does not have yet. Search with <kbd>/</kbd> or begin at
      the accounts.
    </Empty>
  );
}
