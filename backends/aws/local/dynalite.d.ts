/** What is used of dynalite 4, which has no types of its own. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  /**
   * @param options.path of the LevelDB folder; absent: in memory
   * @param options.createTableMs how long a new table stays in CREATING
   */
  export default function dynalite(options: { path?: string; createTableMs?: number }): Server;
}
