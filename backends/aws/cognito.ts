/**
 * The two Cognito services, spoken to directly for what happens again and again while nobody looks: renewing tokens,
 * temporary credentials. So a device that only syncs needn't load the library that the forms are made with.
 */
import { RPC_MS } from '../deadline.ts';
import { StorageError } from '../storage.ts';
import { type Exchange, exchange, jsonOf } from './exchange.ts';
import { cognitoFailure, foreignAnswer } from './failure.ts';

/** The names before the dot of `X-Amz-Target`. */
type CognitoService = 'AWSCognitoIdentityProviderService' | 'AWSCognitoIdentityService';

export interface CognitoCall {
  readonly service: CognitoService;
  /** For example "GetId". */
  readonly action: string;
  readonly endpoint: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal | undefined;
}

/**
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/CommonParameters.html
 * @throws {CloudFailure | StorageError}
 */
export async function callCognito(deps: Exchange, call: CognitoCall): Promise<unknown> {
  const response = await exchange(deps, {
    service: call.action,
    url: call.endpoint,
    method: 'POST',
    headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': `${call.service}.${call.action}` },
    body: JSON.stringify(call.input),
    patience: RPC_MS,
    signal: call.signal,
  });
  let answer: unknown;
  try {
    answer = await jsonOf(response);
  } catch {
    call.signal?.throwIfAborted();
    throw new StorageError('Unavailable', `Satchel cloud: the answer to ${call.action} broke off`);
  }
  if (!response.ok) throw cognitoFailure(call.action, response, answer);
  if (typeof answer !== 'object' || answer === null) throw foreignAnswer(call.action, 'something else');
  return answer;
}
