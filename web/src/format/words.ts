/** Words for what the API names by an identifier. */

import type { ScoreCell } from '../api/client';
import { percent } from './number';

/** `executive_sponsor` → `executive sponsor`. */
export function spaced(identifier: string): string {
  return identifier.replaceAll('_', ' ');
}

/** `executive_sponsor` → `Executive sponsor`. */
export function titled(identifier: string): string {
  const text = spaced(identifier);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `Adoption: usage trend` under `Adoption` → `Usage trend`. */
export function withoutPrefix(label: string, heading: string): string {
  const prefix = `${heading}: `;
  return label.startsWith(prefix) ? titled(label.slice(prefix.length)) : label;
}

/** `anna.li@vendor.example` → `Anna Li`; a name that is no e-mail stays as it is. */
export function personOf(email: string): string {
  const at = email.indexOf('@');
  if (at <= 0) return email;
  return email
    .slice(0, at)
    .split(/[._-]+/)
    .filter((part) => part !== '')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join(' ');
}

const REASONS: Record<string, string> = {
  new: 'new',
  facet_missing: 'breadth or depth missing',
  not_applicable: 'not applicable',
  no_scorecard: 'no scorecard fits',
  not_a_customer: 'not a customer',
};

/** Why a score is unknown, in a word or two. */
export function reasonOf(cell: ScoreCell): string {
  if (cell.reason === 'coverage') return `coverage ${percent(cell.coverage)}`;
  return cell.reason ? (REASONS[cell.reason] ?? spaced(cell.reason)) : 'unknown';
}
