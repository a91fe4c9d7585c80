/** Which language the app speaks, and its words. To add a language, write its catalogue and add a line here. */
import { createContext, use } from 'react';
import { en, type Strings } from './en.ts';

interface Language {
  /** A BCP 47 tag for dates and numbers: the person's own variant of the language that is spoken. */
  readonly tag: string;
  readonly strings: Strings;
}

const CATALOGUES: Readonly<Record<string, Strings>> = { en };
const FALLBACK: Language = { tag: 'en', strings: en };

/** The first language that the person wants and that there is a catalogue for. */
export function chooseLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const strings = CATALOGUES[tag.split('-', 1)[0]?.toLowerCase() ?? ''];
    if (strings) return { tag, strings };
  }
  return FALLBACK;
}

export const LanguageContext = createContext<Language>(FALLBACK);

export function useStrings(): Strings {
  return use(LanguageContext).strings;
}

/** The tag to hand to `Intl`. */
export function useLanguageTag(): string {
  return use(LanguageContext).tag;
}
