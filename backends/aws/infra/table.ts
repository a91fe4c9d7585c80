/** The table of everybody's objects: a partition per person and area. */
import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';

/** How far back the table, and the bodies beside it, can be restored. Longest that DynamoDB offers. */
export const RESTORABLE_DAYS = 35;

/** @param keep whether it outlives its stack, and refuses to be deleted */
export function createTable(scope: Construct, keep: boolean): TableV2 {
  return new TableV2(scope, 'Objects', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    timeToLiveAttribute: 'ttl',
    billing: Billing.onDemand(),
    pointInTimeRecoverySpecification: {
      pointInTimeRecoveryEnabled: true,
      recoveryPeriodInDays: RESTORABLE_DAYS,
    },
    // Amazon's key in this account rather than one of DynamoDB's own: its use shows in CloudTrail. No monthly fee.
    encryption: TableEncryptionV2.awsManagedKey(),
    deletionProtection: keep,
    removalPolicy: keep ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
}
