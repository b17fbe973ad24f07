import { useEffect, useRef, useSyncExternalStore } from 'react';

/** A key, or two in a row: `j`, `?`, `g a`. */
export interface Shortcut {
  keys: string;
  label: string;
  run: () => void;
}

const SECOND_KEY_WITHIN_MS = 1200;

let shortcuts: readonly Shortcut[] = [];
const listeners = new Set<() => void>();

function replaceShortcuts(next: readonly Shortcut[]): void {
  shortcuts = next;
  for (const listener of listeners) listener();
}

/** Keys that hold as long as the caller is on view. Of two with the same keys a page's goes before the frame's. */
export function useShortcuts(own: readonly Shortcut[], level: 'frame' | 'page' = 'page'): void {
  const latest = useRef(own);
  useEffect(() => {
    latest.current = own;
  });
  const signature = own.map((shortcut) => `${shortcut.keys}\t${shortcut.label}`).join('\n');
  useEffect(() => {
    const registered = signature
      .split('\n')
      .filter((line) => line !== '')
      .map((line, index): Shortcut => {
        const [keys = '', label = ''] = line.split('\t');
        return { keys, label, run: () => latest.current[index]?.run() };
      });
    replaceShortcuts(level === 'frame' ? [...registered, ...shortcuts] : [...shortcuts, ...registered]);
    return () => replaceShortcuts(shortcuts.filter((shortcut) => !registered.includes(shortcut)));
  }, [signature, level]);
}

/** All keys that hold now, for the help. */
export function useAllShortcuts(): readonly Shortcut[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shortcuts,
  );
}

/** Listens for the keys; where one types, or a dialog is open, they are left alone. */
export function useShortcutListener(): void {
  useEffect(() => {
    let first = '';
    let firstAt = 0;
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping(event.target) || document.querySelector('[role="dialog"]')) return;
      const key = event.key;
      const pair = event.timeStamp - firstAt < SECOND_KEY_WITHIN_MS ? `${first} ${key}` : '';
      const found = shortcuts.findLast((shortcut) => shortcut.keys === pair || shortcut.keys === key);
      first = key;
      firstAt = event.timeStamp;
      if (!found) return;
      first = '';
      event.preventDefault();
      found.run();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
