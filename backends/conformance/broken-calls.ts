/** Stores that break the rules about calls, errors, secrets and accounts, each in one way. */
import { memoryPlace } from '../memory/place.ts';
import type { ObjectName, Storage } from '../storage.ts';
import { isStorageError, StorageError } from '../storage.ts';
import type { Rule } from './check.ts';
import { broken, type Breaking, type BrokenStore, store } from './broken-stores.ts';
import type { Place } from './place.ts';

/** Every call of a storage, its failure passed through `change`. */
function withErrors(storage: Storage, change: (error: unknown) => unknown): Storage {
  const rethrow = (error: unknown): never => {
    throw change(error);
  };
  return {
    put: (name, bytes, signal) => storage.put(name, bytes, signal).catch(rethrow),
    get: (name, range, signal) => storage.get(name, range, signal).catch(rethrow),
    changes: (area, cursor, signal) => storage.changes(area, cursor, signal).catch(rethrow),
    delete: (names, signal) => storage.delete(names, signal).catch(rethrow),
    watch: (area, cursor, signal) => storage.watch(area, cursor, signal).catch(rethrow),
    about: (signal) => storage.about(signal).catch(rethrow),
  };
}

const cancelling: readonly BrokenStore[] = [
  store('S15', 'ignores the signal', () => (storage) => ({
    put: (name, bytes) => storage.put(name, bytes),
    get: (name, range) => storage.get(name, range),
    changes: (area, cursor) => storage.changes(area, cursor),
    delete: (names) => storage.delete(names),
    about: () => storage.about(),
  })),

  store('S15', 'looks at the signal only before it starts', () => (storage) => ({
    async get(name, range, signal) {
      signal?.throwIfAborted();
      return storage.get(name, range);
    },
  })),

  store(
    'S15',
    "rejects with an error of its own in place of the signal's reason",
    () => (storage) =>
      withErrors(storage, (error) =>
        error instanceof StorageError ? error : new DOMException('The call was aborted', 'AbortError'),
      ),
  ),

  store('S15', 'sends one more request after the signal', () => (storage) => ({
    async get(name, range, signal) {
      try {
        return await storage.get(name, range, signal);
      } catch (error) {
        if (!(error instanceof StorageError)) void storage.about().catch(() => undefined);
        throw error;
      }
    },
  })),

  store('S15', 'leaves half an object behind when it is cancelled', () => (storage) => ({
    async put(name, bytes, signal) {
      try {
        await storage.put(name, bytes, signal);
      } catch (error) {
        if (!(error instanceof StorageError) && bytes.length > 1)
          await storage.put(name, bytes.slice(0, bytes.length / 2)).catch(() => undefined);
        throw error;
      }
    },
  })),

  store('S16', 'mixes up calls that run at once', () => (storage) => {
    let current: ObjectName | undefined;
    return {
      async get(name, range, signal) {
        current = name;
        await Promise.resolve();
        return storage.get(current, range, signal);
      },
    };
  }),

  store('S16', 'loses what others write while it writes', () => {
    let writing = 0;
    return (storage) => ({
      async put(name, bytes, signal) {
        writing++;
        const lost = writing > 4;
        try {
          if (!lost) await storage.put(name, bytes, signal);
        } finally {
          writing--;
        }
      },
    });
  }),
];

/** The place's own fault switch, rewired so that the client takes the damaged answer for bytes. */
function believing(title: string, fault: 'truncateNextDownload' | 'answerNextWithHtml'): BrokenStore {
  const page = new TextEncoder().encode('<!doctype html><title>Sign in to the hotel network</title>');
  return {
    breaks: 'S17',
    title,
    place() {
      let armed = false;
      const breaking: Breaking = () => (storage) => ({
        async get(name, range, signal) {
          const bytes = await storage.get(name, range, signal);
          if (!armed) return bytes;
          armed = false;
          return fault === 'truncateNextDownload' ? bytes.slice(0, bytes.length / 2) : page;
        },
      });
      const arm = () => {
        armed = true;
      };
      const clear = () => {
        armed = false;
      };
      return broken(breaking, { faults: { clear, [fault]: arm } });
    },
  };
}

/** A store that turns one kind of failure into something else. */
function misreporting(title: string, change: (error: StorageError) => unknown, breaks: Rule = 'S18'): BrokenStore {
  return store(
    breaks,
    title,
    () => (storage) => withErrors(storage, (error) => (error instanceof StorageError ? change(error) : error)),
  );
}

const answers: readonly BrokenStore[] = [
  believing('takes a download that ended early for the object', 'truncateNextDownload'),
  believing('takes a login page for the object', 'answerNextWithHtml'),

  store('S18', 'swallows a 401', () => (storage) => ({
    put: (name, bytes, signal) =>
      storage.put(name, bytes, signal).catch((error: unknown) => {
        if (!isStorageError(error, 'Unauthorized')) throw error;
      }),
  })),
  misreporting('throws raw errors', (error) => new Error(error.message)),
  misreporting('throws things that only look like a StorageError', ({ kind, message }) => ({ kind, message })),
  misreporting('takes a full account for a passing trouble', (error) =>
    error.kind === 'QuotaExceeded' ? new StorageError('Unavailable', error.message) : error,
  ),
  misreporting('forgets how long the provider said to wait', ({ kind, message }) => new StorageError(kind, message)),

  store(
    'S19',
    'shows a token in the text of an error',
    () => (storage, place) =>
      withErrors(storage, (error) =>
        isStorageError(error, 'NotFound')
          ? new StorageError('NotFound', `GET /o?authorization=Bearer%20${place.secrets()[0]} answered 404`)
          : error,
      ),
  ),
  store(
    'S19',
    'shows a token in the cause of an error',
    () => (storage, place) =>
      withErrors(storage, (error) =>
        isStorageError(error, 'Unavailable')
          ? new StorageError('Unavailable', 'no connection', {
              cause: new TypeError('fetch failed', { cause: { headers: { authorization: place.secrets().at(-1) } } }),
            })
          : error,
      ),
  ),
  store('S19', 'shows a token in the label', () => (storage, place) => ({
    async about(signal) {
      return { ...(await storage.about(signal)), label: `Account of ${place.secrets()[0]}` };
    },
  })),
  {
    breaks: 'S19',
    title: 'logs its tokens',
    place() {
      const lines: string[] = [];
      const breaking: Breaking = () => (storage, place) => ({
        get(name, range, signal) {
          lines.push(`get ${name} with ${place.secrets().at(-1)}`);
          return storage.get(name, range, signal);
        },
      });
      return broken(breaking, { logged: () => lines });
    },
  },
];

/** A sound store in a place that breaks a rule about accounts or settings. */
function place(breaks: Rule, title: string, change: (place: Place) => Partial<Place>): BrokenStore {
  return {
    breaks,
    title,
    place() {
      const sound = memoryPlace('sound', {}, 8);
      return { ...sound, ...change(sound) };
    },
  };
}

const accounts: readonly BrokenStore[] = [
  store('S20', 'gives every connection an account id of its own', () => {
    let count = 0;
    return (storage) => {
      const accountId = `connection-${count++}`;
      return { about: async (signal) => ({ ...(await storage.about(signal)), accountId }) };
    };
  }),
  store('S20', 'has no label for people', () => (storage) => ({
    about: async (signal) => ({ ...(await storage.about(signal)), label: ' ' }),
  })),
  store('S20', 'counts used bytes in halves', () => (storage) => ({
    about: async (signal) => ({ ...(await storage.about(signal)), used: 0.5 }),
  })),
  place('S21', 'keeps settings that JSON cannot carry', (sound) => ({
    settings: async () => ({ ...(await sound.settings()), expires: new Date(Date.UTC(2031, 1)) }),
  })),
  place('S21', 'opens another place from its settings', () => {
    const other = memoryPlace('other', {}, 9);
    return { reopen: () => other.open() };
  }),
];

export const brokenCalls: readonly BrokenStore[] = [...cancelling, ...answers, ...accounts];
