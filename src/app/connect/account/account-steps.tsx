/** Signing in by an account: one form after the other, until the cloud lets the person in. */
import { type ReactNode, useRef, useState } from 'react';
import type { Refusal, SignInAnswer, SigningIn } from '../../../engine/account-api.ts';
import { useBackCloses } from '../../navigation.ts';
import { useSatchel } from '../../satchel.tsx';
import { useStrings } from '../../strings/catalogue.ts';
import type { Strings } from '../../strings/en.ts';
import { Button } from '../../ui/button.tsx';
import { StepCard } from '../step-card.tsx';
import { AccountForm } from './account-form.tsx';
import type { FieldName } from './refusal-words.ts';
import { after, type Shown, shownAt, turnTo } from './screens.ts';
import { TwoSecrets } from './two-secrets.tsx';

interface AccountStepsProps {
  readonly signing: SigningIn;
  readonly onSignedIn: () => void;
  readonly onStop: () => void;
}

export function AccountSteps({ signing, onSignedIn, onStop }: AccountStepsProps): ReactNode {
  const t = useStrings();
  const { sync } = useSatchel();
  const [shown, setShown] = useState(() => shownAt(signing));
  const [working, setWorking] = useState<SignInAnswer['answer'] | null>(null);
  /** The answer that a result is waited for. Whoever goes back waits for none. */
  const waited = useRef<SignInAnswer | null>(null);

  const give = async (answer: SignInAnswer): Promise<void> => {
    if (waited.current) return;
    waited.current = answer;
    setWorking(answer.answer);
    const result = await sync.answerSignIn(answer).catch(failed);
    if (waited.current !== answer) return;
    if (result.kind === 'refused' && result.reason === 'SessionExpired') await sync.restartSignIn().catch(failed);
    waited.current = null;
    setWorking(null);
    if (result.kind === 'signed-in') onSignedIn();
    else setShown(after(shown, answer, result));
  };
  const back = (): void => {
    waited.current = null;
    setWorking(null);
    if (shown.screen !== 'sign-up' && shown.screen !== 'forgot') void sync.restartSignIn().catch(failed);
    setShown(turnTo(shown, 'sign-in'));
  };
  useBackCloses(shown.screen !== 'sign-in', back);

  const turn = (screen: 'sign-up' | 'forgot'): void => setShown(turnTo(shown, screen));
  const { title, body, ...form } = formOf(t, signing, shown);
  return (
    <StepCard
      key={shown.screen}
      title={title}
      body={body}
      stopWords={signing.again ? t.app.cancel : t.connect.stop}
      onStop={onStop}
    >
      <output className="notice">{shown.notice && t.account.notices[shown.notice]}</output>
      <AccountForm
        {...form}
        email={shown.email}
        working={working !== null && working !== 'resend'}
        refusal={shown.refusal}
        onEmail={(email) => setShown({ ...shown, email })}
        beside={
          <SecondButton
            signing={signing}
            shown={shown}
            working={working !== null}
            onSignUp={() => turn('sign-up')}
            onAnswer={(answer) => void give(answer)}
          />
        }
        onSubmit={(values) => void give(answerFrom(shown, values))}
      />
      <OtherWays
        signing={signing}
        shown={shown}
        working={working !== null}
        onForgot={() => turn('forgot')}
        onBack={back}
      />
      {(shown.screen === 'sign-in' || shown.screen === 'sign-up') && !signing.again && <TwoSecrets />}
    </StepCard>
  );
}

function failed(error: unknown): Refusal {
  return { kind: 'refused', reason: 'Failed', detail: String(error) };
}

function answerFrom({ screen, email }: Shown, values: Readonly<Record<FieldName, string>>): SignInAnswer {
  switch (screen) {
    case 'sign-in':
      return { answer: screen, email: values.email, password: values.password };
    case 'sign-up':
      return { answer: screen, email: values.email, password: values['new-password'] };
    case 'forgot':
      return { answer: screen, email: values.email };
    case 'confirm':
      return { answer: screen, email, code: values.code };
    case 'reset':
      return { answer: screen, email, code: values.code, password: values['new-password'] };
    case 'totp':
      return { answer: screen, text: values.code };
    case 'new-password':
      return { answer: screen, text: values['new-password'] };
  }
}

interface FormWords {
  readonly title: string;
  readonly body: string;
  readonly fields: readonly FieldName[];
  readonly submit: string;
  readonly submitting: string;
  readonly labels?: Partial<Record<FieldName, string>>;
  readonly hints?: Partial<Record<FieldName, string>>;
  readonly refusedWords?: Partial<Record<Refusal['reason'], string>>;
}

function formOf({ account: t }: Strings, { label, again }: SigningIn, { screen, email, sentTo }: Shown): FormWords {
  const to = sentTo === '' ? email : sentTo;
  const passwordHint = { 'new-password': t.passwordHint };
  const signIn = { submit: t.signIn, submitting: t.signingIn };
  switch (screen) {
    case 'sign-in':
      return {
        title: t.signInTitle(label),
        body: again ? t.signInAgainBody : t.signInBody,
        fields: ['email', 'password'],
        ...signIn,
      };
    case 'sign-up':
      return {
        title: t.signUpTitle,
        body: t.signUpBody(label),
        fields: ['email', 'new-password'],
        labels: { 'new-password': t.password },
        hints: passwordHint,
        submit: t.signUp,
        submitting: t.signingUp,
      };
    case 'forgot':
      return {
        title: t.forgotTitle,
        body: t.forgotBody,
        fields: ['email'],
        submit: t.sendCode,
        submitting: t.sending,
      };
    case 'confirm':
      return {
        title: t.confirmTitle,
        body: t.confirmBody(to),
        fields: ['code'],
        submit: t.confirm,
        submitting: t.confirming,
      };
    case 'reset':
      return {
        title: t.resetTitle,
        body: t.resetBody(to),
        fields: ['code', 'new-password'],
        hints: passwordHint,
        submit: t.reset,
        submitting: t.resetting,
      };
    case 'totp':
      return {
        title: t.totpTitle,
        body: t.totpBody,
        fields: ['code'],
        refusedWords: { WrongCode: t.wrongTotp },
        ...signIn,
      };
    case 'new-password':
      return {
        title: t.newPasswordTitle,
        body: t.newPasswordBody,
        fields: ['new-password'],
        hints: passwordHint,
        ...signIn,
      };
  }
}

interface SecondButtonProps {
  readonly signing: SigningIn;
  readonly shown: Shown;
  readonly working: boolean;
  readonly onSignUp: () => void;
  readonly onAnswer: (answer: SignInAnswer) => void;
}

/** What people who can't send the form want most often. */
function SecondButton({ signing, shown, working, onSignUp, onAnswer }: SecondButtonProps): ReactNode {
  const { account: t } = useStrings();
  const { screen, email } = shown;
  if (screen === 'sign-in' && signing.signUp === 'open' && !signing.again) {
    return (
      <Button disabled={working} onClick={onSignUp}>
        {t.toSignUp}
      </Button>
    );
  }
  if (screen !== 'confirm' && screen !== 'reset') return null;
  return (
    <Button disabled={working} onClick={() => onAnswer({ answer: screen === 'confirm' ? 'resend' : 'forgot', email })}>
      {t.sendAgain}
    </Button>
  );
}

interface OtherWaysProps {
  readonly signing: SigningIn;
  readonly shown: Shown;
  readonly working: boolean;
  readonly onForgot: () => void;
  readonly onBack: () => void;
}

/** The way back, and what else there is to know at this point. */
function OtherWays({ signing, shown: { screen }, working, onForgot, onBack }: OtherWaysProps): ReactNode {
  const { account: t } = useStrings();
  if (screen === 'sign-in') {
    return (
      <>
        <Button look="quiet" className="other-way" disabled={working} onClick={onForgot}>
          {t.forgotten}
        </Button>
        {signing.signUp === 'invitation' && !signing.again && <p className="field-hint">{t.invitationOnly}</p>}
      </>
    );
  }
  const back = {
    'sign-up': t.toSignIn,
    forgot: t.backToSignIn,
    confirm: t.otherAddress,
    reset: t.backToSignIn,
    totp: t.startAgain,
    'new-password': t.startAgain,
  };
  return (
    <>
      {screen === 'totp' && <p className="field-hint">{t.totpLost}</p>}
      <Button look="quiet" className="other-way" onClick={onBack}>
        {back[screen]}
      </Button>
    </>
  );
}
