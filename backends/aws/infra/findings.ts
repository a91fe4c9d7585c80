/** cdk-nag's rules, and a way to say why one of them is not followed. */
import { type App, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { flattenCfnReference } from 'cdk-nag/lib/utils/flatten-cfn-reference.js';
import type { IConstruct } from 'constructs';

/** From now on a synthesis fails on anything that the rules find and nobody has explained. */
export function checkFindings(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app, { verbose: true }));
}

/**
 * @param rule its name without "AwsSolutions-"; with "[…]" only that finding
 * @param reason why it isn't followed at this construct and all below it
 */
export function acknowledge(construct: IConstruct, rule: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions-${rule}`, reason });
}

/** @param warning of the CDK itself, by its id */
export function acknowledgeWarning(construct: IConstruct, warning: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: warning, reason });
}

/**
 * A resource with a star in a policy: cdk-nag wants a reason for each, by the text that it makes of the resource.
 * @param resource as in the policy; of another stack's resources only what that stack exports by name
 */
export function acknowledgeStar(construct: IConstruct, resource: string, reason: string): void {
  const flat = flattenCfnReference(Stack.of(construct).resolve(resource));
  acknowledge(construct, `IAM5[Resource::${flat}]`, reason);
}

export const NO_ACCESS_LOG =
  'Access logs hold addresses and object names with times: who reads and writes when. Satchel keeps none. ' +
  'Whoever needs them for an inquiry can turn on CloudTrail data events.';
