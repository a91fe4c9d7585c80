/** The storage interface over a memory provider: one connection, with a token of its own. */
import type { ConnectionSettings } from '../provider.ts';
import { MAX_OBJECT_BYTES, objectName, StorageError } from '../storage.ts';
import type { Storage } from '../storage.ts';
import type { Answer, MemoryProvider } from './provider.ts';

interface MemoryOptions {
  /** Events per page of a listing; without it the provider's own size. */
  readonly pageSize?: number;
}

/** Settings for a new connection. Plain JSON. */
export function memorySettings(provider: MemoryProvider): ConnectionSettings {
  return { token: provider.grant() };
}

function tokenIn(settings: ConnectionSettings): string {
  const token = settings['token'];
  if (typeof token !== 'string') throw new StorageError('Rejected', 'these are not settings of a memory storage');
  return token;
}

function valueOf<T>(answer: Answer<T>): T {
  if (answer.kind === 'answer') return answer.value;
  throw new StorageError('Unavailable', 'somebody else than the memory provider answered');
}

/** @throws {StorageError} `Rejected` when the settings are of another kind. */
export function openMemory(
  provider: MemoryProvider,
  settings: ConnectionSettings = memorySettings(provider),
  options: MemoryOptions = {},
): Storage {
  const { api } = provider;
  const token = tokenIn(settings);

  return {
    async put(name, bytes, signal) {
      objectName(name);
      if (bytes.length > MAX_OBJECT_BYTES)
        throw new StorageError('Rejected', `${bytes.length} bytes are more than an object can have`);
      signal?.throwIfAborted();
      // Copied before the first await: from here on the caller may do with its buffer what it likes.
      valueOf(await api.upload(token, name, new Uint8Array(bytes), signal));
    },

    async get(name, range, signal) {
      objectName(name);
      const { announced, bytes } = valueOf(
        await api.download(token, name, [range?.start ?? 0, range?.end ?? Infinity], signal),
      );
      if (bytes.length !== announced)
        throw new StorageError('Unavailable', `${bytes.length} of ${announced} bytes arrived`);
      return bytes;
    },

    async changes(area, cursor, signal) {
      return valueOf(await api.list(token, area, cursor, options.pageSize, signal));
    },

    async delete(names, signal) {
      for (const name of names) objectName(name);
      signal?.throwIfAborted();
      if (names.length === 0) return;
      valueOf(await api.remove(token, [...names], signal));
    },

    async watch(area, cursor, signal) {
      valueOf(await api.wait(token, area, cursor, signal));
    },

    async about(signal) {
      const { id, label, used, quota } = valueOf(await api.account(token, signal));
      return { accountId: id, label, used, ...(quota === undefined ? {} : { quota }) };
    },
  };
}
