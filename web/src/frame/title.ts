import { createContext, use, useEffect } from 'react';

export const TitleContext = createContext<(title: string) => void>(() => {});

/** Names the page in the header and in the browser's tab. */
export function useTitle(title: string): void {
  const setTitle = use(TitleContext);
  useEffect(() => setTitle(title), [setTitle, title]);
}
