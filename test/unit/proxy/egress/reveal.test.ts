import { expect, test } from "vitest";
import { VaultboxError } from "../../../../src/base/errors.ts";
import { createAuthoriser } from "../../../../src/proxy/decide/authorise.ts";
import { SecretEchoes } from "../../../../src/proxy/egress/secret-echo.ts";
import { Secret } from "../../../../src/base/redact.ts";
import { Refusal } from "../../../../src/http/refusal.ts";
import { failing, makeCredential } from "../../../support/credential-fixtures.ts";
import { revealOn } from "../../../../src/proxy/egress/reveal.ts";
import { toRefusalText } from "../../../support/refusal-text.ts";

/** What a client reads when the secret of `work/ci` can't be had because of `error`. */
async function readRefusal(error: Error): Promise<string> {
  const authorise = createAuthoriser([
    {
      name: "ci",
      vault: "work",
      bindings: [
        { host: "api.example.com", port: 443, pathPrefix: "/", scheme: { type: "bearer" } },
      ],
      placeholder: "vbx_0000000000000000000000000000000000000000",
      provider: failing(error),
    },
  ]);
  const preparation = authorise({
    scheme: "https",
    host: "api.example.com",
    port: 443,
    path: "/",
    rawTarget: "/",
    headers: [],
    rule: { effect: "allow", clientCredentials: "refuse" },
  });
  const reveal = async () =>
    revealOn({ echoes: new SecretEchoes(), findPlaceholder: () => undefined }, preparation, {
      method: "GET",
      host: "api.example.com",
    });
  const refusal = await reveal().catch((caught: unknown) => caught);
  expect(refusal).toBeInstanceOf(Refusal);
  return toRefusalText(refusal as Refusal, "text").split("\r\n\r\n")[1] ?? "";
}

const remedy =
  "to allow it, the user can run on the host: vaultbox credential test ci --vault work\n";

test("a client reads which program or variable a secret could not be had from", async () => {
  const command = 'cannot get the secret of "ci" from its command: cannot run "gh": exit status 4';
  expect(await readRefusal(new VaultboxError("VBX_HOST_COMMAND_FAILED", command))).toBe(
    `vaultbox: ${command}\n${remedy}`,
  );
  const variable = 'cannot get the secret of "ci": the environment variable "CI" is not set';
  expect(await readRefusal(new VaultboxError("VBX_CREDENTIAL_INVALID", variable))).toBe(
    `vaultbox: ${variable}\n${remedy}`,
  );
});

test("a client reads nothing of the host's files when a vault can't be opened, and nothing of a bug", async () => {
  const error = new VaultboxError("VBX_VAULT_DAMAGED", 'cannot read "/home/alice/vaults/work.age"');
  expect(await readRefusal(error)).toBe(
    `vaultbox: the credential "work/ci" cannot be read (VBX_VAULT_DAMAGED)\n${remedy}`,
  );
  expect(await readRefusal(new Error("/home/alice"))).toBe(
    `vaultbox: the credential "work/ci" cannot be read\n${remedy}`,
  );
});

test("of several credentials none is taken while another one is waited for", async () => {
  let value = "before";
  const asked = Promise.withResolvers<undefined>();
  const slow = makeCredential({ type: "header", header: "X-B" }, {}, "slow");
  const plan = [
    {
      ...makeCredential({ type: "header", header: "X-A" }),
      provider: { get: () => ({ secret: new Secret("a", value) }), rejected: () => undefined },
    },
    {
      ...slow,
      provider: {
        get: (context: object) => asked.promise.then(() => slow.provider.get(context)),
        rejected: () => undefined,
      },
    },
  ].map((credential) => ({ credential, binding: credential.bindings[0]! }));
  const revealed = revealOn(
    { echoes: new SecretEchoes(), findPlaceholder: () => undefined },
    { plan, request: { headers: [], target: "/" } },
    { method: "GET", host: "api.example.com" },
  );
  await new Promise(setImmediate);
  value = "rotated";
  asked.resolve(undefined);
  expect((await revealed).headers[0]).toEqual(["X-A", "rotated"]);
});
