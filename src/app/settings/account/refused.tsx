/** What was refused, in a dialog that has no form. */
import type { Refusal } from '../../../engine/account-api.ts';
import { refusalWords } from '../../connect/account/refusal-words.ts';
import { useStrings } from '../../strings/catalogue.ts';

export function Refused({ refusal }: { refusal: Refusal | null }) {
  const t = useStrings();
  const said = refusal && refusalWords(t, refusal, []);
  return (
    <div className="alert" role="alert">
      {said && (
        <>
          <p>{said.words}</p>
          {said.detail !== null && <pre className="detail">{said.detail}</pre>}
        </>
      )}
    </div>
  );
}
