import type { UsageView } from '../../../api/client';
import { counted, percent } from '../../../format/number';

/** What the usage comes to on the day, in a sentence. */
export function usageFinding(usage: UsageView): string {
  const active = usage.active_users.at(-1) ?? 0;
  const activated = usage.activated.at(-1);
  const before = usage.active_users.at(-5);
  const share = activated ? ` of ${counted(activated, 'activated licence')} (${percent(active / activated)})` : '';
  const against = before === undefined || before === active ? '' : `, ${active > before ? 'up' : 'down'} from ${before} four weeks before`;
  return `${counted(active, 'active user')} in 28 days${share}${against}.`;
}
