/** Numbers as text. */

type Maybe = number | null | undefined;

/** `12,345`, or an en dash for nothing. */
export function count(value: Maybe): string {
  return value == null ? '–' : value.toLocaleString('en-GB', { maximumFractionDigits: 1 });
}

/** `1 account`, `612 accounts`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `45 %` of a fraction. */
export function percent(fraction: number, digits = 0): string {
  return `${(fraction * 100).toFixed(digits)}\u00a0%`;
}

/** One decimal: the detail of a score. */
export function oneDecimal(value: Maybe): string {
  if (value == null) return '–';
  const text = value.toFixed(1);
  return text === '-0.0' ? '0.0' : text.replace('-', '−');
}

/** `+2.1`, `−9.0`, `0.0`: points that something adds. */
export function signed(value: number): string {
  const text = oneDecimal(value);
  return value > 0 && text !== '0.0' ? `+${text}` : text;
}

/** A value on a measure's own scale, as its knots are written. */
export function inUnit(value: number, unit: string): string {
  if (unit === 'percent') return percent(value);
  if (unit === 'change') return `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value * 100).toFixed(0)}\u00a0%`;
  const text = count(value);
  if (unit === 'days') return `${text} d`;
  if (unit === 'hours') return `${text} h`;
  if (unit === 'months') return `${text} months`;
  if (unit === 'ratio') return `${text} ×`;
  return text;
}
