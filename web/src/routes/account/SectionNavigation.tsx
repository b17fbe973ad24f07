import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';

import { useShortcuts } from '../../frame/shortcuts';
import classes from './AccountPage.module.css';
import { SECTIONS } from './sections';

/** How far below the top of the window a section counts as the one being read, in pixels. */
const READING_LINE = 160;
/** How long the parts of a page may take to come in. */
const LOADING_MS = 30_000;

/** The way to the parts of the page; the address holds the chosen one. */
export function SectionNavigation() {
  const hash = useLocation({ select: (location) => location.hash });
  const navigate = useNavigate();
  const reading = useSectionInView();
  const bar = useRef<HTMLElement>(null);
  const index = SECTIONS.findIndex((section) => section.id === reading);
  const go = (step: number) => {
    const next = SECTIONS[Math.max(0, Math.min(SECTIONS.length - 1, index + step))];
    if (next) void navigate({ to: '.', search: true, hash: next.id, replace: true });
  };
  useShortcuts([
    { keys: 'j', label: 'next part of the page', run: () => go(1) },
    { keys: 'k', label: 'previous part of the page', run: () => go(-1) },
  ]);
  useStayAt(hash);
  useEffect(() => {
    const current = bar.current?.querySelector<HTMLElement>('[data-reading]');
    if (current && bar.current) bar.current.scrollLeft = current.offsetLeft - 80;
  }, [reading]);

  return (
    <nav className={classes.navigation} aria-label="Parts of the page" ref={bar}>
      {SECTIONS.map((section) => (
        <Link
          key={section.id}
          to="."
          search
          hash={section.id}
          replace
          className={classes.anchor}
          activeOptions={{ includeHash: true }}
          data-reading={section.id === reading || undefined}
        >
          {section.label}
        </Link>
      ))}
    </nav>
  );
}

/** Keeps the part named by the address in view while the parts above it still load, until one scrolls oneself. */
function useStayAt(hash: string): void {
  useEffect(() => {
    if (!hash) return;
    const show = () => document.getElementById(hash)?.scrollIntoView();
    const observer = new ResizeObserver(show);
    observer.observe(document.body);
    const leave = () => observer.disconnect();
    const timer = setTimeout(leave, LOADING_MS);
    const own = ['wheel', 'touchstart', 'pointerdown', 'keydown'] as const;
    for (const event of own) window.addEventListener(event, leave, { once: true, passive: true });
    show();
    return () => {
      leave();
      clearTimeout(timer);
      for (const event of own) window.removeEventListener(event, leave);
    };
  }, [hash]);
}

function useSectionInView(): string {
  const [inView, setInView] = useState<string>(SECTIONS[0].id);
  useEffect(() => {
    const look = () => {
      const above = SECTIONS.filter(({ id }) => {
        const section = document.getElementById(id);
        return section !== null && section.getBoundingClientRect().top <= READING_LINE;
      });
      const isAtEnd = window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 2;
      setInView((isAtEnd && window.scrollY > 0 ? SECTIONS.at(-1) : above.at(-1))?.id ?? SECTIONS[0].id);
    };
    look();
    window.addEventListener('scroll', look, { passive: true });
    return () => window.removeEventListener('scroll', look);
  }, []);
  return inView;
}
