/** The forms a language has for a number of things; `other` is the one every language has. */
type PluralForms = { readonly other: string } & { readonly [rule in Exclude<Intl.LDMLPluralRule, 'other'>]?: string };

/** Picks the form for a number and puts the number, written the language's way, where the form says `#`. */
export function pluralIn(language: string): (count: number, forms: PluralForms) => string {
  const rules = new Intl.PluralRules(language);
  const digits = new Intl.NumberFormat(language);
  return (count, forms) => (forms[rules.select(count)] ?? forms.other).replaceAll('#', digits.format(count));
}
