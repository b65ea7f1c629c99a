import { remembered } from "../base/remembered.ts";
import { wordSet } from "../base/words.ts";

/** One header line as received: the name in its original case, the value without surrounding white space. */
export type HeaderField = readonly [name: string, value: string];

/** A header's name in lower case. */
export const toLowerName = remembered((name) => name.toLowerCase());

/** All values of a header; `name` in lower case. */
export function headerValues(headers: readonly HeaderField[], name: string): readonly string[] {
  const values: string[] = [];
  for (const [fieldName, value] of headers) {
    if (fieldName.length === name.length && toLowerName(fieldName) === name) values.push(value);
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

/** The fields with `name` set once, to `value`. */
export function withHeader(
  headers: readonly HeaderField[],
  name: string,
  value: string,
): readonly HeaderField[] {
  return [...withoutHeader(headers, name), [name, value]];
}

/** @param name in lower case */
export function withoutHeader(
  headers: readonly HeaderField[],
  name: string,
): readonly HeaderField[] {
  return headers.filter(([field]) => toLowerName(field) !== name);
}

/**
 * The one spelling that names of headers are compared in: lower case, with `-` for whatever isn't a letter or a digit.
 * CGI and what came after it (WSGI, PSGI, PHP) can't tell `x_api_key` or `x.api.key` from `X-Api-Key` (RFC 3875 section
 * 4.1.18).
 */
export const foldHeaderName = remembered((name) =>
  name.toLowerCase().replaceAll(/[^a-z0-9]/g, "-"),
);

/**
 * Fields that belong to one connection (RFC 9110, section 7.6.1) or that we write ourselves. An offer of h2c isn't passed on
 * (`http2-settings`).
 */
const ownRequestFields = wordSet(`
  connection content-length expect host http2-settings keep-alive proxy-authorization proxy-connection te
  trailer transfer-encoding upgrade`);

/** Whether a request's field is never copied from anywhere: framing and routing are the proxy's own. */
export const isOwnRequestField = remembered((name) => ownRequestFields.has(name.toLowerCase()));

/**
 * The same of answers. Alt-Svc would only send the client to a port that isn't there; and only a refusal of ours may say that
 * it is one, since agents give its text to their users.
 */
const ownResponseFields = wordSet(
  "alt-svc connection keep-alive proxy-connection te trailer transfer-encoding upgrade x-vaultbox-refusal",
);

const isOwnResponseField = remembered((name) => ownResponseFields.has(name.toLowerCase()));

/** Fields that mean something to whoever has not read the body yet (RFC 9110, section 6.5.1), and those that log a client in. */
const onlyInHeads =
  /^(?:age|authorization|cache-control|content-.*|date|expires|host|location|proxy-.*|retry-after|set-cookie.*|vary|warning|www-authenticate)$/i;

/** The fields behind an answer's body that are for its client. */
export function toClientTrailers(trailers: readonly HeaderField[]): readonly HeaderField[] {
  return toClientFields(trailers, []).filter(([name]) => !onlyInHeads.test(name));
}

/**
 * The fields of an answer that are for its client: without those of one connection and those that we write ourselves.
 * @param nominated in lower case: what `Connection` names
 */
export function toClientFields(
  headers: readonly HeaderField[],
  nominated: readonly string[],
): readonly HeaderField[] {
  const isNominated = (name: string): boolean =>
    nominated.length > 0 && nominated.includes(toLowerName(name));
  return headers.filter(([name]) => !isOwnResponseField(name) && !isNominated(name));
}
