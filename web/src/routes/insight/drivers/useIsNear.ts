import { type RefObject, useEffect, useRef, useState } from 'react';

/** How far below the window something counts as near. */
const MARGIN = '300px';

/** Whether the element has come near the window; what was near once stays so. */
export function useIsNear(): [RefObject<HTMLDivElement | null>, boolean] {
  const element = useRef<HTMLDivElement>(null);
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    const watched = element.current;
    if (!watched) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && setNear(true), { rootMargin: MARGIN });
    observer.observe(watched);
    return () => observer.disconnect();
  }, []);
  return [element, isNear];
}
