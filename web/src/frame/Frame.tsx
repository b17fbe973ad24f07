import { AppShell, Burger, Skeleton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';

import { Icon } from '../show/Icon';
import { useBook } from '../show/useBook';
import { AsOfPicker } from './AsOfPicker';
import { ColourSchemeToggle } from './ColourSchemeToggle';
import classes from './Frame.module.css';
import { Navigation } from './Navigation';
import { PAGES } from './pages';
import { PastBar } from './PastBar';
import { useShortcutListener, useShortcuts } from './shortcuts';
import { TitleContext } from './title';

const Help = lazy(() => import('./Help'));
const Palette = lazy(() => import('./Palette'));

/** What surrounds every page: navigation, title, search, the day, keys. */
export function Frame() {
  const [title, setTitle] = useState('Dearly');
  const [isNavigationOpen, navigation] = useDisclosure();
  const [isPaletteOpen, palette] = useDisclosure();
  const [isHelpOpen, help] = useDisclosure();
  const navigate = useNavigate();
  const book = useBook();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const main = useRef<HTMLElement>(null);

  useEffect(() => navigation.close(), [path, navigation]);
  useEffect(() => {
    document.title = title === 'Dearly' ? title : `${title} · Dearly`;
  }, [title]);
  useShortcutListener();
  const keys = [
    ...PAGES.map((page) => ({
      keys: page.keys,
      label: `go to ${page.label}`,
      run: () => void navigate({ to: page.to }),
    })),
    { keys: '/', label: 'search or jump', run: palette.open },
    { keys: '?', label: 'this help', run: help.open },
  ];
  useShortcuts(keys, 'frame');
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        palette.toggle();
      }
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [palette]);

  return (
    <TitleContext value={setTitle}>
      <button type="button" className={classes.skip} onClick={() => main.current?.focus()}>
        Skip to the page
      </button>
      <AppShell
        layout="alt"
        header={{ height: 56 }}
        navbar={{ width: 176, breakpoint: 'sm', collapsed: { mobile: !isNavigationOpen } }}
        transitionDuration={0}
      >
        <AppShell.Header className={classes.header}>
          <Burger
            opened={isNavigationOpen}
            onClick={navigation.toggle}
            hiddenFrom="sm"
            size="sm"
            aria-label={isNavigationOpen ? 'Close the navigation' : 'Open the navigation'}
          />
          <h1 className={classes.title}>{title}</h1>
          <button type="button" className={classes.search} onClick={palette.open} aria-label="Search or jump">
            <Icon name="search" />
            <span className={classes.searchText}>Search or jump…</span>
            <kbd className={classes.searchKeys}>{isApple() ? '⌘K' : 'Ctrl K'}</kbd>
          </button>
          {book ? <AsOfPicker book={book} /> : <Skeleton width={168} height={30} aria-busy="true" />}
          <ColourSchemeToggle />
        </AppShell.Header>
        <AppShell.Navbar className={classes.navbar}>
          <Navigation onHelp={help.open} onClose={navigation.close} book={book} />
        </AppShell.Navbar>
        <AppShell.Main className={classes.main} ref={main} tabIndex={-1}>
          {book && <PastBar book={book} />}
          <Outlet />
        </AppShell.Main>
      </AppShell>
      <Suspense>
        {isPaletteOpen && <Palette onClose={palette.close} />}
        {isHelpOpen && <Help onClose={help.close} />}
      </Suspense>
    </TitleContext>
  );
}

function isApple(): boolean {
  return /Mac|iPhone|iPad/.test(navigator.userAgent);
}
