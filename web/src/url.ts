/** The state of a page in its address: plain texts, lists joined by commas, as the API takes them. */

import { isDay } from './format/day';

/** What every page's address may carry. */
export interface FrameSearch {
  as_of?: string;
  known_by?: string;
}

/** `?a=1&b=x,y` as an object; a name given twice counts once, with its last value. */
export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text));
}

/** The object as `?a=1&b=x,y`; what is empty is left out, commas stay readable. */
export function stringifySearch(search: Record<string, unknown>): string {
  const pairs = Object.entries(search)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value)).replaceAll('%2C', ',')}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

/** What of an address the frame understands; a day that does not exist counts as none. */
export function frameSearch(search: Record<string, unknown>): FrameSearch {
  return {
    ...(isDay(search.as_of) ? { as_of: search.as_of } : {}),
    ...(typeof search.known_by === 'string' && !Number.isNaN(Date.parse(search.known_by))
      ? { known_by: search.known_by }
      : {}),
  };
}

/** The values of a list. One that holds a comma stands in double quotes, as the API has it. */
export function listOf(text: string | undefined): string[] {
  const values = text?.match(/"(?:[^"]|"")*"|[^,]+/g) ?? [];
  return values.map((value) => (/^".*"$/s.test(value) ? value.slice(1, -1).replaceAll('""', '"') : value));
}

/** The list of these values; nothing for none. */
export function listText(values: readonly string[]): string | undefined {
  if (values.length === 0) return undefined;
  return values.map((value) => (/[",]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(',');
}

/** The list with the value added or, if it was there, taken out; nothing for an empty list. */
export function toggled(text: string | undefined, value: string): string | undefined {
  const values = listOf(text);
  return listText(values.includes(value) ? values.filter((other) => other !== value) : [...values, value]);
}
