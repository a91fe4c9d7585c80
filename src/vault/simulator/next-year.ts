/** What a program of next year knows that this one doesn't (rule V4). */
import type { VaultDeps } from '../context.ts';

/** To next year's program it is an update like any other. */
export const NEXT_KIND = 9;
export const NEXT_YEAR: Pick<VaultDeps, 'format' | 'kinds'> = { format: 2, kinds: [NEXT_KIND] };
