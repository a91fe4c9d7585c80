/** Holds up single requests at a chosen moment, so that a test can act while they are under way. */
import { unlessAborted } from '../abort.ts';
import type { Hold, HoldMoment, Operation } from '../conformance/place.ts';

interface Gates {
  /** Where a request comes by: waits when somebody asked to hold it. */
  pass(operation: Operation, moment: HoldMoment, signal: AbortSignal | undefined): Promise<void>;
  hold(operation: Operation, moment: HoldMoment): Hold;
  openAll(): void;
}

interface Gate {
  readonly operation: Operation;
  readonly moment: HoldMoment;
  readonly reached: Latch;
  readonly opened: Latch;
}

interface Latch {
  readonly promise: Promise<void>;
  readonly open: () => void;
}

const unset = () => undefined;

function latch(): Latch {
  let open: () => void = unset;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}

export function createGates(): Gates {
  let waiting: Gate[] = [];
  const all = new Set<Gate>();

  return {
    async pass(operation, moment, signal) {
      const gate = waiting.find((each) => each.operation === operation && each.moment === moment);
      if (!gate) return;
      waiting = waiting.filter((each) => each !== gate);
      gate.reached.open();
      await unlessAborted(gate.opened.promise, signal);
    },
    hold(operation, moment) {
      const gate: Gate = { operation, moment, reached: latch(), opened: latch() };
      waiting.push(gate);
      all.add(gate);
      return {
        reached: gate.reached.promise,
        release() {
          waiting = waiting.filter((each) => each !== gate);
          all.delete(gate);
          gate.opened.open();
        },
      };
    },
    openAll() {
      waiting = [];
      for (const gate of all) gate.opened.open();
      all.clear();
    },
  };
}
