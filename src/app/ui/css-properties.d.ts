import 'react';

declare module 'react' {
  // The custom properties that components hand to their style sheets.
  interface CSSProperties {
    '--depth'?: number;
    '--score'?: number;
  }
}
