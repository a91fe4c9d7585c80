/** A link within the app. It keeps the browser's history tidy, and opens elsewhere as any link does. */
import type { ComponentProps } from 'react';
import { go, hrefOf } from '../navigation.ts';
import type { Route } from '../routes.ts';

interface RouteLinkProps extends Omit<ComponentProps<'a'>, 'href'> {
  readonly to: Route;
  /** Leaves no way back to where the person is now. */
  readonly replace?: boolean;
}

export function RouteLink({ to, replace = false, onClick, children, ...rest }: RouteLinkProps) {
  return (
    <a
      {...rest}
      href={hrefOf(to)}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented || event.button !== 0) return;
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        go(to, { replace });
      }}
    >
      {children}
    </a>
  );
}
