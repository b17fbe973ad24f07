import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const accent: MantineColorsTuple = [
  '#eef1fd',
  '#dbe1fa',
  '#b7c3f3',
  '#a3b4ff',
  '#8094ea',
  '#6279dd',
  '#4b63d1',
  '#3b53c4',
  '#3146a8',
  '#283a8b',
];

const dark: MantineColorsTuple = [
  '#e5e9f0',
  '#c3cad5',
  '#9aa5b6',
  '#6a7382',
  '#3c4655',
  '#2a323e',
  '#1a1f28',
  '#14181f',
  '#10141a',
  '#0d1015',
];

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 7, dark: 7 },
  colors: { accent, dark },
  fontFamily: 'var(--font)',
  fontFamilyMonospace: 'var(--font-mono)',
  fontSizes: { xs: '12px', sm: '14px', md: '14px', lg: '14px', xl: '20px' },
  headings: { fontWeight: '600' },
  defaultRadius: 6,
  cursorType: 'pointer',
  respectReducedMotion: true,
});

const ours = {
  '--mantine-color-body': 'var(--surface)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--muted)',
  '--mantine-color-placeholder': 'var(--muted)',
  '--mantine-color-default': 'var(--surface)',
  '--mantine-color-default-hover': 'var(--hover)',
  '--mantine-color-default-color': 'var(--ink)',
  '--mantine-color-default-border': 'var(--line-strong)',
  '--mantine-color-anchor': 'var(--accent)',
};

/** Mantine's own colours, led back to the tokens of style/tokens.css. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({ variables: {}, light: ours, dark: ours });
