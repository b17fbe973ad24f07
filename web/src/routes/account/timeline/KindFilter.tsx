import { useNavigate, useSearch } from '@tanstack/react-router';

import type { SourceRow } from '../../../api/client';
import { spaced } from '../../../format/words';
import { listOf, toggled } from '../../../url';
import classes from './Timeline.module.css';

/** Events are counted under usage; one by one they would drown everything else. */
const NOT_TOLD = 'events';

/** Which kinds of facts the timeline shows; the address holds them. */
export function KindFilter({ sources }: { sources: readonly SourceRow[] }) {
  const search = useSearch({ from: '/accounts/$account' });
  const navigate = useNavigate({ from: '/accounts/$account' });
  const chosen = listOf(search.kind);
  const files = sources.filter((source) => source.rows > 0 && source.file !== NOT_TOLD).map((source) => source.file);
  const kinds = ['score', ...files];
  const choose = (kind: string | undefined) =>
    void navigate({ search: (old) => ({ ...old, kind }), replace: true, hash: true, resetScroll: false });
  return (
    <div className={classes.kinds} role="group" aria-label="Kinds">
      <button type="button" aria-pressed={chosen.length === 0} onClick={() => choose(undefined)}>
        everything
      </button>
      {kinds.map((kind) => (
        <button
          key={kind}
          type="button"
          aria-pressed={chosen.includes(kind)}
          onClick={() => choose(toggled(search.kind, kind))}
        >
          {spaced(kind)}
        </button>
      ))}
    </div>
  );
}
