import { expect, test } from "vitest";
import { Secret } from "../../../src/base/redact.ts";
import { toSessionCredentials } from "../../../src/session/session-credentials.ts";
import { makeCredential } from "../../support/temp-vaults.ts";

const place = { host: "git.example.com", port: 443, pathPrefix: "/" } as const;

function bind(repository?: string) {
  const binding = { ...place, scheme: { type: "bearer" } } as const;
  return { bindings: [repository === undefined ? binding : { ...binding, repository }] };
}

function open(credentials: readonly ReturnType<typeof makeCredential>[]) {
  const reveal = () => Promise.resolve(new Secret("a", "s"));
  const vault = {
    name: "v",
    kind: "age",
    credentials,
    signingKeys: [],
    reveal,
    reject: () => undefined,
  } as const;
  return toSessionCredentials([vault]);
}

test.each(["first", "last"])(
  "a variable holds the placeholder of a credential that is for every repository, when there is one, which comes %s",
  (place) => {
    const one = makeCredential("one", bind("acme/widgets"));
    const all = makeCredential("all", bind());
    const { credentials, env } = open(place === "first" ? [all, one] : [one, all]);
    const general = credentials.find(({ name }) => name === "all");
    expect(env).toEqual({ API_TOKEN: general?.placeholder });
  },
);

test("a variable holds the placeholder of the first credential when all are for one repository", () => {
  const { credentials, env } = open([
    makeCredential("one", bind("acme/widgets")),
    makeCredential("two", bind("acme/tools")),
  ]);
  expect(env).toEqual({ API_TOKEN: credentials[0]?.placeholder });
  expect(credentials[0]?.bindings[0]?.repository).toBe("acme/widgets");
});
