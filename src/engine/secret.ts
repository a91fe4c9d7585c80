/** What a person typed, as something that may open a key slot. */
import type { SlotSecret } from '../vault/slots.ts';
import { entropyOf } from '../vault/words.ts';
import type { Secret, UnlockResult } from './api.ts';

export function secretOf(
  typed: Secret,
):
  | { readonly kind: 'secret'; readonly secret: SlotSecret }
  | (UnlockResult & { readonly kind: 'wrong-secret' | 'not-words' }) {
  if (typed.text === '') return { kind: 'wrong-secret' };
  if (typed.kind === 'passphrase') return { kind: 'secret', secret: { kind: 'passphrase', passphrase: typed.text } };
  const entropy = entropyOf(typed.text);
  return entropy ? { kind: 'secret', secret: { kind: 'words', entropy } } : { kind: 'not-words' };
}
