/** Holds JSON against a type of the specification. */
import type { Specification, Struct, TypeRef, Union } from './stone.ts';

/** Each is one thing that is wrong, with where it is. */
type Problems = string[];

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textProblems(type: TypeRef, value: unknown, at: string): Problems {
  if (typeof value !== 'string') return [`${at}: expected a text, got ${JSON.stringify(value)}`];
  const { min_length, max_length, pattern } = type.bounds;
  if (min_length !== undefined && value.length < Number(min_length)) return [`${at}: shorter than ${min_length}`];
  if (max_length !== undefined && value.length > Number(max_length)) return [`${at}: longer than ${max_length}`];
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(value)) return [`${at}: does not match ${pattern}`];
  return [];
}

function numberProblems(type: TypeRef, value: unknown, at: string): Problems {
  const least = type.name.startsWith('U') ? 0 : Number.NEGATIVE_INFINITY;
  const min = Number(type.bounds['min_value'] ?? least);
  const max = Number(type.bounds['max_value'] ?? Number.POSITIVE_INFINITY);
  if (typeof value !== 'number' || !Number.isInteger(value)) return [`${at}: expected a whole number`];
  return value < min || value > max ? [`${at}: ${value} is out of bounds`] : [];
}

const TIME_PARTS: Readonly<Record<string, string>> = {
  '%Y': '\\d{4}',
  '%m': '\\d{2}',
  '%d': '\\d{2}',
  '%H': '\\d{2}',
  '%M': '\\d{2}',
  '%S': '\\d{2}',
};

function timeProblems(type: TypeRef, value: unknown, at: string): Problems {
  const format = (type.bounds['format'] ?? '').replace(/%\w/g, (part) => TIME_PARTS[part] ?? part);
  const fits = typeof value === 'string' && new RegExp(`^${format}$`).test(value);
  return fits ? [] : [`${at}: ${JSON.stringify(value)} is no time in the form ${type.bounds['format']}`];
}

export function createConformance({ types }: Specification) {
  function fieldsOf(struct: Struct): Struct['fields'] {
    const parent = struct.parent === undefined ? undefined : types.get(struct.parent);
    return parent?.kind === 'struct' ? [...fieldsOf(parent), ...struct.fields] : struct.fields;
  }

  function membersOf(union: Union): Map<string, TypeRef | undefined> {
    const parent = union.parent === undefined ? undefined : types.get(union.parent);
    return new Map([...(parent?.kind === 'union' ? membersOf(parent) : []), ...union.members]);
  }

  function structProblems(struct: Struct, value: unknown, at: string, tagged: boolean): Problems {
    if (!isObject(value)) return [`${at}: expected a struct, got ${JSON.stringify(value)}`];
    if (struct.subtypes.size > 0) {
      const subtype = struct.subtypes.get(String(value['.tag']));
      const type = subtype && types.get(subtype.name);
      return type?.kind === 'struct'
        ? structProblems(type, value, at, true)
        : [`${at}: "${String(value['.tag'])}" is none of the subtypes`];
    }
    const fields = fieldsOf(struct);
    const problems: Problems = [];
    for (const name of Object.keys(value))
      if (!(tagged && name === '.tag') && !fields.some((field) => field.name === name))
        problems.push(`${at}: the specification has no field "${name}"`);
    for (const { name, type, hasDefault } of fields) {
      if (name in value) problems.push(...typeProblems(type, value[name], `${at}.${name}`));
      else if (!hasDefault && !isNullable(type)) problems.push(`${at}: "${name}" is missing`);
    }
    return problems;
  }

  function isNullable(type: TypeRef): boolean {
    const alias = types.get(type.name);
    return type.nullable || (alias?.kind === 'alias' && isNullable(alias.type));
  }

  function unionProblems(union: Union, given: unknown, at: string): Problems {
    // A member that holds nothing may be written as its bare tag.
    const value = typeof given === 'string' ? { '.tag': given } : given;
    if (!isObject(value)) return [`${at}: expected a union, got ${JSON.stringify(given)}`];
    const tag = String(value['.tag']);
    const members = membersOf(union);
    if (!members.has(tag) && (union.closed || tag !== 'other')) return [`${at}: there is no tag "${tag}"`];
    const type = members.get(tag);
    if (!type) {
      const more = Object.keys(value).filter((name) => name !== '.tag');
      return more.length === 0 ? [] : [`${at}: "${tag}" holds nothing, but there is ${more.join(', ')}`];
    }
    const definition = types.get(type.name);
    if (definition?.kind === 'struct' && definition.subtypes.size === 0)
      return structProblems(definition, value, `${at}.${tag}`, true);
    if (!(tag in value)) return isNullable(type) ? [] : [`${at}: "${tag}" lacks what it should hold`];
    return typeProblems(type, value[tag], `${at}.${tag}`);
  }

  function typeProblems(type: TypeRef, value: unknown, at: string): Problems {
    if (value === null && (type.nullable || type.name === 'Void')) return [];
    const definition = types.get(type.name);
    if (definition?.kind === 'alias') return typeProblems(definition.type, value, at);
    if (definition?.kind === 'struct') return structProblems(definition, value, at, false);
    if (definition?.kind === 'union') return unionProblems(definition, value, at);
    if (type.name === 'List') {
      const { item } = type;
      if (!Array.isArray(value) || !item) return [`${at}: expected a list`];
      const most = Number(type.bounds['max_items'] ?? Number.POSITIVE_INFINITY);
      const tooMany = value.length > most ? [`${at}: more than ${most} items`] : [];
      return [...tooMany, ...value.flatMap((entry, index) => typeProblems(item, entry, `${at}[${index}]`))];
    }
    if (type.name === 'String') return textProblems(type, value, at);
    if (type.name === 'Timestamp') return timeProblems(type, value, at);
    if (type.name === 'Boolean') return typeof value === 'boolean' ? [] : [`${at}: expected true or false`];
    if (/^U?Int(32|64)$/.test(type.name)) return numberProblems(type, value, at);
    return [`${at}: ${type.name} is a type that nobody checks`];
  }

  return typeProblems;
}
