/** What an account's provider refused, in a person's words, and the field that it is about. */
import type { Refusal } from '../../../engine/account-api.ts';
import type { Strings } from '../../strings/en.ts';

/** What the forms of an account ask for. */
export type FieldName = 'email' | 'password' | 'new-password' | 'code' | 'address';

const ABOUT: Readonly<Partial<Record<Refusal['reason'], FieldName>>> = {
  WrongPassword: 'password',
  WrongCode: 'code',
  CodeExpired: 'code',
  Exists: 'email',
  WeakPassword: 'new-password',
  BadEmail: 'email',
  NoCloud: 'address',
};

interface RefusalWords {
  /** Null where it is about none of the form's fields. */
  readonly field: FieldName | null;
  readonly words: string;
  /** For a report: what the provider said, not meant for reading. */
  readonly detail: string | null;
}

/** @param fields of the form that was sent. @param own words of the form for some of the reasons. */
export function refusalWords(
  t: Strings,
  { reason, detail }: Refusal,
  fields: readonly FieldName[],
  own: Partial<Record<Refusal['reason'], string>> = {},
): RefusalWords {
  const about = ABOUT[reason];
  const words = own[reason] ?? t.account.refused[reason];
  return {
    field: about !== undefined && fields.includes(about) ? about : null,
    // The rule is the cloud's own, and so are its words.
    words: reason === 'WeakPassword' && detail !== '' ? `${words} ${detail}` : words,
    detail: reason === 'Failed' && detail !== '' ? detail : null,
  };
}

/** What is missing before a form can be sent, by field. */
export function missingWords(
  t: Strings,
  fields: readonly FieldName[],
  values: Readonly<Record<FieldName, string>>,
): Partial<Record<FieldName, string>> {
  const missing: Partial<Record<FieldName, string>> = {};
  for (const field of fields) {
    if (values[field].trim() === '') missing[field] = t.account.missing[field];
    else if (field === 'email' && !/^\S+@\S+$/.test(values.email.trim())) missing.email = t.account.refused.BadEmail;
  }
  return missing;
}

/** As it is sent: people paste codes in groups, and addresses with what stood beside them. A password is left as it is. */
export function asSent(values: Readonly<Record<FieldName, string>>): Readonly<Record<FieldName, string>> {
  return {
    ...values,
    email: values.email.trim(),
    address: values.address.trim(),
    code: values.code.replaceAll(/\s/g, ''),
  };
}
