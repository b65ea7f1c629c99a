/** One header line as received: the name in its original case, the value without surrounding white space. */
export type HeaderField = readonly [name: string, value: string];

/** All values of a header; `name` in lower case. */
export function headerValues(headers: readonly HeaderField[], name: string): readonly string[] {
  const values: string[] = [];
  for (const [fieldName, value] of headers) {
    if (fieldName.length === name.length && fieldName.toLowerCase() === name) values.push(value);
  }
  return values;
}

/** The members of comma-separated list headers, in lower case, without empty ones (RFC 9110, section 5.6.1). */
export function listMembers(values: readonly string[]): readonly string[] {
  const members: string[] = [];
  for (const value of values) {
    for (const part of value.split(",")) {
      const member = part.trim().toLowerCase();
      if (member !== "") members.push(member);
    }
  }
  return members;
}
