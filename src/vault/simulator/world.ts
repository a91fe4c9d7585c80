/** What everybody in a run shares. */
import type { MemoryProvider } from '../../../backends/memory/provider.ts';
import type { Bytes } from '../crypto.ts';
import type { Clock } from './clock.ts';
import type { State } from '../state.ts';
import type { Device } from './device.ts';
import type { Dice } from './dice.ts';
import type { Hand } from './hand.ts';
import type { Oracle } from './oracle.ts';
import type { Shadow } from './shadow.ts';
import type { Weather } from './weather.ts';

export interface World {
  readonly seed: number;
  readonly clock: Clock;
  readonly provider: MemoryProvider;
  /** Somebody else's account, which has to stay as it is: empty. */
  readonly stranger: MemoryProvider;
  readonly account: string;
  readonly weather: Weather;
  readonly oracle: Oracle;
  readonly shadow: Shadow;
  readonly hand: Hand;
  /** A new, empty one. */
  readonly database: () => Promise<State>;
  /** One that nobody has used yet. */
  readonly device: (name: string) => Promise<Device>;
  readonly devices: Device[];
  /** What stands behind the recovery words of every vault that somebody tried to make. */
  readonly words: Bytes[];
  readonly trace: (line: () => string) => void;
  readonly dice: (purpose: string) => Dice;
  /** A token that nobody wrote before. */
  readonly mint: () => string;
  /** By how much clocks have jumped at most a day at a time, all together: nobody has to doubt them for that. */
  readonly crept: { ms: number };
  /** How much people may still do. */
  readonly acts: { left: number };
  /** Something went wrong in a device's own course of things: the run ends. */
  readonly fail: (error: unknown) => void;
}
