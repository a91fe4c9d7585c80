/** The app's own site: a bucket that only CloudFront reads, served with the headers that the app is written for. */
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AccessLevel,
  AllowedMethods,
  CachePolicy,
  Distribution,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  ResponseHeadersPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { securityHeaders } from '../../../scripts/app-handler.ts';
import { deployedConfig } from './config.ts';
import { acknowledge, acknowledgeWarning, NO_ACCESS_LOG } from './findings.ts';
import type { Options } from './options.ts';

export interface Site {
  readonly bucket: Bucket;
  readonly distribution: Distribution;
  /** Where people open the app, with a slash at the end. */
  readonly url: string;
}

/** @param api the address of the HTTP API, which may be known only once it is deployed */
export function createSite(scope: Construct, options: Options, api: string): Site {
  const bucket = new Bucket(scope, 'Site', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    // All that is in it can be built again.
    removalPolicy: RemovalPolicy.DESTROY,
  });
  acknowledge(bucket, 'S1', NO_ACCESS_LOG);
  const { domain } = options;
  const distribution = new Distribution(scope, 'Distribution', {
    comment: `${Stack.of(scope).stackName}: the app`,
    defaultRootObject: 'index.html',
    httpVersion: HttpVersion.HTTP2_AND_3,
    minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
    ...(domain && {
      domainNames: [domain.name],
      certificate: Certificate.fromCertificateArn(scope, 'Certificate', domain.certificateArn),
    }),
    defaultBehavior: {
      // Allowed to list, so that what isn't there is answered by 404 and not 403.
      origin: S3BucketOrigin.withOriginAccessControl(bucket, {
        originAccessLevels: [AccessLevel.READ, AccessLevel.LIST],
      }),
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      // Obeys the Cache-Control that each file is uploaded with, and compresses.
      cachePolicy: CachePolicy.CACHING_OPTIMIZED,
      compress: true,
      responseHeadersPolicy: headersPolicy(scope, siteHeaders(options, api)),
    },
  });
  acknowledgeWarning(
    distribution,
    '@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk',
    'The bucket can’t be listed through CloudFront: the address without a name is index.html, and no query is passed on.',
  );
  acknowledge(distribution, 'CFR1', 'No country is shut out: people may want their notes wherever they are.');
  acknowledge(
    distribution,
    'CFR2',
    'A web application firewall costs five dollars a month and more before the first request; this serves files alone.',
  );
  acknowledge(distribution, 'CFR3', NO_ACCESS_LOG);
  if (!domain) {
    acknowledge(
      distribution,
      'CFR4',
      'With CloudFront’s own name and certificate, CloudFront sets the oldest TLS itself. With domain-name it is 1.2.',
    );
  }
  return { bucket, distribution, url: `https://${domain?.name ?? distribution.distributionDomainName}/` };
}

/**
 * What every answer carries, by the same names and values as wherever else the build is served. The policy is that
 * of the config.json which is deployed beside it.
 */
function siteHeaders(options: Options, api: string): Readonly<Record<string, string>> {
  // While the stack is being written the address is a placeholder, which is no address to make a policy from.
  const standIn = 'https://api.satchel.invalid';
  const headers = securityHeaders(deployedConfig(options, { clientId: 'any', api: standIn }));
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replaceAll(standIn, api)]));
}

/** CloudFront wants the headers that it knows apart from the others. */
function headersPolicy(scope: Construct, headers: Readonly<Record<string, string>>): ResponseHeadersPolicy {
  const {
    'Content-Security-Policy': policy = '',
    'Referrer-Policy': referrer = '',
    'X-Content-Type-Options': _nosniff,
    ...others
  } = headers;
  return new ResponseHeadersPolicy(scope, 'Headers', {
    comment: 'The security headers of Satchel',
    securityHeadersBehavior: {
      contentSecurityPolicy: { contentSecurityPolicy: policy, override: true },
      contentTypeOptions: { override: true },
      frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
      referrerPolicy: { referrerPolicy: known(HeadersReferrerPolicy, referrer), override: true },
      strictTransportSecurity: {
        accessControlMaxAge: Duration.days(365),
        includeSubdomains: false,
        override: true,
      },
    },
    customHeadersBehavior: {
      customHeaders: Object.entries(others).map(([header, value]) => ({ header, value, override: true })),
    },
  });
}

/** @throws {TypeError} when CloudFront knows no such value. */
function known<T extends string>(values: Readonly<Record<string, T>>, text: string): T {
  const found = Object.values(values).find((value) => value === text);
  if (found === undefined) throw new TypeError(`CloudFront can't send the header value "${text}"`);
  return found;
}
