/** The stacks as CloudFormation knows them. */
import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStacksCommand,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import type { Place } from './account.ts';
import type { GivenOptions } from './options.ts';

/** CloudFront alone may take a quarter of an hour. */
const LONGEST_DELETION_SECONDS = 3600;

export interface Stacks {
  /** What a stack says of itself; undefined when it isn't there. */
  outputs(stack: string): Promise<Readonly<Record<string, string>> | undefined>;
  /** Resolves when it is gone; at once when it never was. */
  remove(stack: string): Promise<void>;
}

export function openStacks({ region }: Place): Stacks {
  const client = new CloudFormationClient({ region });
  return {
    outputs: async (stack) => {
      try {
        const { Stacks: found } = await client.send(new DescribeStacksCommand({ StackName: stack }));
        const outputs = found?.[0]?.Outputs ?? [];
        return Object.fromEntries(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
      }
    },
    remove: async (stack) => {
      await client.send(new DeleteStackCommand({ StackName: stack }));
      await waitUntilStackDeleteComplete({ client, maxWaitTime: LONGEST_DELETION_SECONDS }, { StackName: stack });
    },
  };
}

/** CloudFormation has no error of its own for this: its general one, of which only the text tells more. */
function isAbsent(error: unknown): boolean {
  return error instanceof Error && error.name === 'ValidationError' && error.message.includes('does not exist');
}

/** The options that the cloud was last deployed with, by its kept stack's outputs. */
export function rememberedOptions(outputs: Readonly<Record<string, string>> | undefined): GivenOptions {
  const text = outputs?.['GivenOptions'];
  return text === undefined ? {} : (JSON.parse(text) as GivenOptions);
}
