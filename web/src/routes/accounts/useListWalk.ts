import { type RefObject, useState } from 'react';

import { useShortcuts } from '../../frame/shortcuts';

type ScrollTo = (index: number) => void;

/** Moving through the list by keys. */
export interface ListWalk {
  /** Says how a row comes into view, and where the rows are. */
  attach: (scrollTo: ScrollTo, container: RefObject<HTMLElement | null>) => void;
  move: (step: number, count: number) => void;
}

/** `j` and `k` put the focus on the next and the former account, so that `enter` opens it. */
export function useListWalk(count: number): ListWalk {
  const [walk] = useState(createWalk);
  useShortcuts([
    { keys: 'j', label: 'next account', run: () => walk.move(1, count) },
    { keys: 'k', label: 'previous account', run: () => walk.move(-1, count) },
  ]);
  return walk;
}

function createWalk(): ListWalk {
  let scrollTo: ScrollTo | undefined;
  let rows: RefObject<HTMLElement | null> = { current: null };
  let current = -1;
  const focus = (index: number, attempts: number) => {
    const link = rows.current?.querySelector<HTMLElement>(`[data-index="${index}"] a`);
    if (link) link.focus({ preventScroll: true });
    // The row exists only once the list has scrolled to it.
    else if (attempts > 0) requestAnimationFrame(() => focus(index, attempts - 1));
  };
  return {
    attach: (how, container) => {
      scrollTo = how;
      rows = container;
    },
    move: (step, count) => {
      if (count === 0) return;
      const focused = document.activeElement?.closest<HTMLElement>('[data-index]')?.dataset.index;
      current = Math.max(0, Math.min(count - 1, (focused === undefined ? current : Number(focused)) + step));
      scrollTo?.(current);
      focus(current, 30);
    },
  };
}
