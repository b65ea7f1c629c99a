import { toSuggestedRule } from "../../audit/suggested-rule.ts";
import { readMethods } from "../../policy/parse-rule.ts";
import { quoted } from "../../base/printable.ts";
import { Refusal } from "../../http/refusal.ts";
import type { AuthorisationRequest, FindPreset } from "./authorise.ts";
import { isSignedQuery } from "../../credential/credential-parameters.ts";
import type { RequestPlace } from "../../credential/scheme.ts";
import { proposeFlags } from "../../credential/schemes.ts";
import { looksLikePlaceholder } from "../../credential/placeholder.ts";
import { detectQuery } from "../../http/query.ts";

export function placeholderAtWrongHost(host: string, place: RequestPlace): Refusal {
  return new Refusal(
    403,
    "placeholder-at-wrong-host",
    `${describe(place)} holds a placeholder of a credential that isn't bound to ${quoted(host)}`,
    { flags: ["placeholder-at-wrong-host"] },
  );
}

export function placeholderAtWrongPlace(host: string, place: RequestPlace): Refusal {
  return new Refusal(
    403,
    "placeholder-at-wrong-place",
    `${describe(place)} holds the placeholder of the credential for ${quoted(host)}, which belongs in its own header only`,
    { flags: ["placeholder-at-wrong-place"] },
  );
}

export function placeholderElsewhereAtHost(host: string, place: RequestPlace): Refusal {
  return new Refusal(
    403,
    "placeholder-at-wrong-place",
    `${describe(place)} holds the placeholder of a credential for ${quoted(host)} that isn't bound to this URL there`,
    { flags: ["placeholder-at-wrong-place"] },
  );
}

export function severalPlaceholders(host: string): Refusal {
  return new Refusal(
    403,
    "placeholder-at-wrong-place",
    `the request offers placeholders of several credentials for ${quoted(host)} that cannot go on one request; offer one of them`,
    { flags: ["placeholder-at-wrong-place"] },
  );
}

export function foreignAtBoundHost(host: string, place: RequestPlace): Refusal {
  const stale = "value" in place && looksLikePlaceholder(place.value);
  const what = stale
    ? `${describe(place)} holds a placeholder of another session`
    : `${describe(place)} holds a credential that isn't from the vault, and ${quoted(host)} has one from the vault`;
  return new Refusal(
    403,
    "foreign-credential",
    `${what}; leave it out, it is added outside the sandbox`,
    {
      flags: ["foreign-credential"],
    },
  );
}

/** What is known of the request that a credential was found in. */
type RefusedUse = Pick<AuthorisationRequest, "scheme" | "host" | "port" | "method" | "path"> & {
  readonly rawTarget: string;
};

export function foreignAtUnboundHost(
  request: RefusedUse,
  place: RequestPlace,
  findPreset: FindPreset,
): Refusal {
  const names = detectQuery(request.rawTarget).map(({ name }) => name);
  const isSigned = place.kind === "parameter" && isSignedQuery(names);
  return new Refusal(
    403,
    "foreign-credential",
    `${describe(place)} holds a credential of the client's own${isCookie(place) ? " (this server did not set it in this session)" : ""}, and the rule for ${quoted(request.host)} lets none pass`,
    {
      ...(isSigned ? signedUrlRemedy(request) : storedRemedy(request, place, findPreset)),
      flags: ["foreign-credential"],
    },
  );
}

/** What a service signed for a while isn't the user's to store: a rule lets it pass. */
function signedUrlRemedy({ method = "", ...request }: RefusedUse): { remedy?: string } {
  if (!readMethods.includes(method)) return {};
  const suggested = toSuggestedRule({ ...request, method, reason: "path-not-allowed" });
  if (suggested === undefined) return {};
  const { prefix, path = "/**" } = suggested;
  return { remedy: `vaultbox run --allow '${prefix}${path}?*' …` };
}

/** No binding attaches one of these. */
const notStored = /^(?:proxy-|sec-)/i;

/** The way of a credential that the user has: into the vault, and out of the request. */
function storedRemedy(
  { scheme, host, port }: RefusedUse,
  place: RequestPlace,
  findPreset: FindPreset,
): { remedy?: string; remedyWhen?: string } {
  if (scheme !== "https" || (place.kind === "header" && notStored.test(place.name))) return {};
  const at = `NAME --host ${host}${port === 443 ? "" : ` --port ${port}`}${toSchemeFlag(place)}`;
  const preset = port === 443 ? findPreset(host, place) : undefined;
  return {
    remedy: `vaultbox credential add ${preset ?? at}`,
    remedyWhen: "if that credential is the user's and the request then leaves it out",
  };
}

/** How the client sent it. */
function toSchemeFlag(place: RequestPlace): string {
  if (place.kind === "target" || isCookie(place)) return "";
  return /^[\w-]{1,64}$/.test(place.name) ? proposeFlags(place) : "";
}

function isCookie(place: RequestPlace): boolean {
  return place.kind === "header" && place.name.toLowerCase() === "cookie";
}

function describe(place: RequestPlace): string {
  switch (place.kind) {
    case "header":
      return `header ${quoted(place.name)}`;
    case "parameter":
      return `query parameter ${quoted(place.name)}`;
    case "target":
      return "the URL";
  }
}
