import { type Day } from '../../../api/client';
import { isDay } from '../../../format/day';

/** What a kept run was asked. It was written by the version that made it, so nothing is taken for granted. */
export function requestOf(request: object): { from?: Day; to?: Day; leadDays?: number; signedOff: string[] } {
  const { from, to, lead_days: leadDays, signed_off: signedOff } = request as Record<string, unknown>;
  return {
    ...(isDay(from) ? { from } : {}),
    ...(isDay(to) ? { to } : {}),
    ...(typeof leadDays === 'number' ? { leadDays } : {}),
    signedOff: Array.isArray(signedOff) ? signedOff.map(String) : [],
  };
}
