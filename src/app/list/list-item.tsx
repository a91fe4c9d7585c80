/** A virtualised list's `<li>`, which says how long the whole list is, since most of it isn't in the page. */
import { createContext, use } from 'react';
import type { CustomItemComponentProps } from 'virtua';

export const ListSize = createContext(0);

export function ListItem({ style, index, children, ref }: CustomItemComponentProps) {
  const size = use(ListSize);
  return (
    <li ref={ref} style={style} aria-posinset={index + 1} aria-setsize={size}>
      {children}
    </li>
  );
}
