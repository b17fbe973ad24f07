import { isDay } from '../../format/day';
import { listOf } from '../../url';

/** What the address of an account's page holds beside the account and the day. */
export interface AccountSearch {
  /** The earlier day of what moved. */
  since?: string;
  /** Which of the two scores is explained; outcomes without one. */
  score?: 'experience';
  /** Measures that are open: `adoption.active_users`. */
  open?: string;
  /** Kinds of the timeline; all without one. */
  kind?: string;
}

/** What of an address the page understands. */
export function accountSearch(search: Record<string, unknown>): AccountSearch {
  const open = identifiers(search.open);
  const kind = identifiers(search.kind);
  return {
    ...(isDay(search.since) ? { since: search.since } : {}),
    ...(search.score === 'experience' ? { score: 'experience' } : {}),
    ...(open ? { open } : {}),
    ...(kind ? { kind } : {}),
  };
}

function identifiers(value: unknown): string {
  return typeof value === 'string'
    ? listOf(value)
        .filter((one) => /^[\w.-]+$/.test(one))
        .join(',')
    : '';
}
