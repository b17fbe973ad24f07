/** The colours of the scheme on view, as charts need them: resolved. */
export interface Ink {
  text: string;
  muted: string;
  line: string;
  surface: string;
  accent: string;
  greenBand: string;
  yellowBand: string;
  redBand: string;
}

export function inkOf(element: Element): Ink {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: token('ink'),
    muted: token('muted'),
    line: token('line'),
    surface: token('surface'),
    accent: token('accent'),
    greenBand: token('green-band'),
    yellowBand: token('yellow-band'),
    redBand: token('red-band'),
  };
}
