/** The providers that this app knows. To add one is to add a folder beside this file and a line here. */
import { aws } from './aws/connect.ts';
import { dropbox } from './dropbox/connect.ts';
import type { Provider } from './provider.ts';

/** In the order in which they are offered. */
export const providers: readonly Provider[] = [dropbox, aws];
