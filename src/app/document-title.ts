import { useEffect } from 'react';
import { useStrings } from './strings/catalogue.ts';

/** Names the window and its entry in the browser's history; null leaves that to another. */
export function useDocumentTitle(page: string | null): void {
  const t = useStrings();
  useEffect(() => {
    if (page !== null) document.title = t.app.documentTitle(page);
  }, [page, t]);
}
