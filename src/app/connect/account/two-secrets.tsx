/** Why there is a password and a passphrase, and which of them can be replaced. */
import { KeyRound, UserRound } from 'lucide-react';
import { useStrings } from '../../strings/catalogue.ts';

export function TwoSecrets() {
  const { account: t } = useStrings();
  return (
    <section className="facts two-secrets" aria-label={t.secretsTitle}>
      <h3>{t.secretsTitle}</h3>
      <ul>
        <li>
          <UserRound size={19} strokeWidth={1.7} aria-hidden />
          <p>{t.secretPassword}</p>
        </li>
        <li>
          <KeyRound size={19} strokeWidth={1.7} aria-hidden />
          <p>{t.secretPassphrase}</p>
        </li>
      </ul>
    </section>
  );
}
