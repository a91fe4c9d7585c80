/**
 * Google's discovery document, as far as it says what is asked and answered.
 * https://developers.google.com/discovery/v1/reference/apis
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A JSON schema of the document's own kind. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly enum?: readonly string[];
  readonly minimum?: string;
  readonly maximum?: string;
}

export interface Parameter extends Schema {
  readonly location: 'path' | 'query';
  readonly required?: boolean;
}

export interface Method {
  readonly id: string;
  readonly httpMethod: string;
  readonly flatPath: string;
  readonly parameters?: Readonly<Record<string, Parameter>>;
  readonly request?: { readonly $ref: string };
  readonly response?: { readonly $ref: string };
  readonly scopes?: readonly string[];
  readonly mediaUpload?: { readonly protocols: Readonly<Record<'simple' | 'resumable', { readonly path: string }>> };
}

interface Resource {
  readonly methods?: Readonly<Record<string, Method>>;
}

export interface Discovery {
  readonly servicePath: string;
  readonly batchPath: string;
  readonly schemas: Readonly<Record<string, Schema>>;
  /** What every method takes. */
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly resources: Readonly<Record<string, Resource>>;
}

export const SPECS_MISSING =
  "SPECS_DIR is not set: put Drive's discovery document into $SPECS_DIR/google-drive/drive-v3.json";

/** The folder that SPECS_DIR names holds it; the project has no copy. */
export function hasSpecification(): boolean {
  return process.env['SPECS_DIR'] !== undefined;
}

export function readSpecification(): Discovery {
  const path = join(process.env['SPECS_DIR'] ?? '', 'google-drive', 'drive-v3.json');
  return JSON.parse(readFileSync(path, 'utf8')) as Discovery;
}

export function methodsOf(discovery: Discovery): Method[] {
  return Object.values(discovery.resources).flatMap(({ methods }) => Object.values(methods ?? {}));
}
