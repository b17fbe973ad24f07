import type { IconName } from '../show/Icon';

/** The pages one can go to, in the order of the navigation. */
export const PAGES: readonly { to: '/accounts' | '/data'; label: string; icon: IconName; keys: string }[] = [
  { to: '/accounts', label: 'Accounts', icon: 'accounts', keys: 'g a' },
  { to: '/data', label: 'Data', icon: 'data', keys: 'g d' },
];
