import type { IconName } from '../show/Icon';

export interface PageLink {
  to: '/accounts' | '/insight/drivers' | '/data';
  label: string;
  icon: IconName;
  keys: string;
  /** The heading of the navigation that the page stands under. */
  under?: string;
}

/** The pages one can go to, in the order of the navigation. */
export const PAGES: readonly PageLink[] = [
  { to: '/accounts', label: 'Accounts', icon: 'accounts', keys: 'g a' },
  { to: '/insight/drivers', label: 'Drivers', icon: 'insight', keys: 'g i', under: 'Insight' },
  { to: '/data', label: 'Data', icon: 'data', keys: 'g d' },
];
