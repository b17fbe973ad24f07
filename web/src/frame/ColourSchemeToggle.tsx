import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';

import { Icon } from '../show/Icon';

/** Light or dark: the system's choice until one makes one's own; back at the system's, it follows that again. */
export function ColourSchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const shown = useComputedColorScheme('light', { getInitialValueInEffect: false });
  const next = shown === 'light' ? 'dark' : 'light';
  const toggle = () => {
    const systems = window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
    setColorScheme(next === systems ? 'auto' : next);
  };
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={32}
      onClick={toggle}
      aria-label={`Switch to ${next} colours`}
      style={{ color: 'var(--muted)' }}
    >
      <Icon name={next === 'dark' ? 'moon' : 'sun'} />
    </ActionIcon>
  );
}
