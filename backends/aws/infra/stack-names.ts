/** How the two stacks of a cloud are called, and what they say of themselves once they are deployed. */

export interface StackNames {
  readonly kept: string;
  readonly service: string;
}

export function stackNames(name: string): StackNames {
  return { kept: `${name}-kept`, service: `${name}-service` };
}

/** What a deployment is asked for afterwards. */
export interface Outputs {
  readonly SiteUrl: string;
  readonly SiteBucket: string;
  readonly SiteDomain: string;
  readonly CloudAddress: string;
  readonly ClientId: string;
  readonly UserPoolId: string;
}

/** What the kept stack says of itself. */
export interface KeptOutputs {
  readonly TableName: string;
  readonly BodiesBucket: string;
  /** The options as they were given, so that the next deployment knows them: JSON of GivenOptions. */
  readonly GivenOptions: string;
}
