/** What the address of the Data page holds. */
export interface DataSearch {
  /** The import that is open; the newest without one. */
  import?: string;
  /** Finds accounts in the coverage table. */
  q?: string;
}

/** What of an address the page understands. */
export function dataSearch(search: Record<string, unknown>): DataSearch {
  return {
    ...(typeof search.import === 'string' && search.import !== '' ? { import: search.import } : {}),
    ...(typeof search.q === 'string' && search.q.trim() !== '' ? { q: search.q } : {}),
  };
}
