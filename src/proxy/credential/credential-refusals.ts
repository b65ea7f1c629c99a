import { quoted } from "../../printable.ts";
import { Refusal } from "../refusal.ts";
import { looksLikePlaceholder } from "./placeholder.ts";

/** A place in a request, as a refusal names it */
export type RequestPlace =
  | { readonly kind: "header"; readonly name: string; readonly value: string }
  | { readonly kind: "parameter"; readonly name: string; readonly value: string }
  | { readonly kind: "target" };

export function placeholderAtWrongHost(host: string, place: RequestPlace): Refusal {
  return new Refusal(
    403,
    "placeholder-at-wrong-host",
    `${describe(place)} holds a placeholder of a credential that isn't bound to this URL of ${quoted(host)}`,
    { remedy: "vaultbox credential list", flags: ["placeholder-at-wrong-host"] },
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

export function severalPlaceholders(host: string): Refusal {
  return new Refusal(
    403,
    "placeholder-at-wrong-place",
    `the request offers placeholders of several credentials for ${quoted(host)}; one request carries one credential`,
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

export function foreignAtUnboundHost(
  host: string,
  place: RequestPlace,
  advise: (host: string, place: RequestPlace) => string,
): Refusal {
  return new Refusal(
    403,
    "foreign-credential",
    `${describe(place)} holds a credential of the client's own, and the rule for ${quoted(host)} lets none pass`,
    { remedy: advise(host, place), flags: ["foreign-credential"] },
  );
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
