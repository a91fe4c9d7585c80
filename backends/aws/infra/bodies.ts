/** The bucket of larger bodies, which clients fill and read themselves with temporary credentials. */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, HttpMethods, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge, NO_ACCESS_LOG } from './findings.ts';
import { RESTORABLE_DAYS } from './table.ts';

/** @param keep whether it outlives its stack */
export function createBodies(scope: Construct, keep: boolean): Bucket {
  const bucket = new Bucket(scope, 'Bodies', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    // A body that was deleted can be brought back as long as the table can be.
    versioned: true,
    cors: [
      {
        // Any site may be the app: what lets a request in is its signature, never a cookie or an origin.
        allowedOrigins: ['*'],
        allowedMethods: [HttpMethods.GET, HttpMethods.HEAD, HttpMethods.PUT],
        allowedHeaders: ['*'],
        exposedHeaders: ['ETag', 'Content-Range', 'x-amz-checksum-sha256', 'x-amz-request-id'],
        maxAge: Duration.hours(2).toSeconds(),
      },
    ],
    // None of these touches a body that is there: the function alone knows which bodies are registered, and
    // sweeps the others.
    lifecycleRules: [
      {
        id: 'deleted-bodies',
        noncurrentVersionExpiration: Duration.days(RESTORABLE_DAYS),
        expiredObjectDeleteMarker: true,
      },
      { id: 'broken-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ],
    removalPolicy: keep ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  acknowledge(bucket, 'S1', NO_ACCESS_LOG);
  return bucket;
}
