/**
 * What a user pool answers when it can't do what it is asked, by Cognito's own names and words.
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/CommonErrors.html
 */
export type FailureName =
  | 'CodeMismatchException'
  | 'EnableSoftwareTokenMFAException'
  | 'ExpiredCodeException'
  | 'InvalidParameterException'
  | 'InvalidPasswordException'
  | 'LimitExceededException'
  | 'NotAuthorizedException'
  | 'PasswordResetRequiredException'
  | 'ResourceNotFoundException'
  | 'SoftwareTokenMFANotFoundException'
  | 'UnknownOperationException'
  | 'UserNotConfirmedException'
  | 'UserNotFoundException'
  | 'UsernameExistsException';

export class PoolFailure extends Error {
  override readonly name: FailureName;
  constructor(name: FailureName, message: string) {
    super(message);
    this.name = name;
  }
}

/** Which of the two was wrong, and whether the person is there at all, isn't told. */
export const wrongPassword = () => new PoolFailure('NotAuthorizedException', 'Incorrect username or password.');

export const attemptsExceeded = () =>
  new PoolFailure('LimitExceededException', 'Attempt limit exceeded, please try after some time.');
