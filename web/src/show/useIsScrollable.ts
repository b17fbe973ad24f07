import { type RefObject, useEffect, useRef, useState } from 'react';

/** Whether the element's content is wider than the element, as it stands. */
export function useIsScrollable(): [RefObject<HTMLDivElement | null>, boolean] {
  const element = useRef<HTMLDivElement>(null);
  const [isScrollable, setScrollable] = useState(false);
  useEffect(() => {
    const watched = element.current;
    if (!watched) return;
    const observer = new ResizeObserver(() => setScrollable(watched.scrollWidth > watched.clientWidth + 1));
    observer.observe(watched);
    if (watched.firstElementChild) observer.observe(watched.firstElementChild);
    return () => observer.disconnect();
  }, []);
  return [element, isScrollable];
}
