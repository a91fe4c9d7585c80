/**
 * JSON for an HTTP header: every UTF-16 unit from U+007F on is escaped, so that the header stays ASCII.
 * https://www.dropbox.com/developers/reference/json-encoding
 */
export function headerSafeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
