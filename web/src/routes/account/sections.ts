/** The parts of an account's page, in their order. */
export const SECTIONS = [
  { id: 'health', label: 'Health' },
  { id: 'why', label: 'Why' },
  { id: 'people', label: 'People' },
  { id: 'usage', label: 'Usage' },
  { id: 'commercial', label: 'Commercial' },
  { id: 'tickets', label: 'Tickets' },
  { id: 'plans', label: 'Plans' },
  { id: 'timeline', label: 'Timeline' },
  { id: 'sources', label: 'Sources' },
] as const;
