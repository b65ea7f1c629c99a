import { expect, it } from "vitest";
import { SecretEchoes } from "../../../../src/proxy/egress/secret-echo.ts";
import { refusalWithoutEcho, withoutEcho } from "../../../../src/proxy/egress/refuse-echo.ts";
import { Refusal } from "../../../../src/http/refusal.ts";

const secret = "ghs_16C7e42F292c6912E7710c838347Ae178B4a";

function session(): SecretEchoes {
  const echoes = new SecretEchoes();
  echoes.add(secret, []);
  return echoes;
}

it("lets headers through as they are when they repeat nothing", () => {
  const headers = [["ETag", '"1"']] as const;
  expect(withoutEcho(headers, { echoes: session(), secrets: [secret] })).toBe(headers);
});

it("refuses headers that repeat the request's own secret, however short it is", () => {
  const repeat = () => withoutEcho([["X-A", "k=ab1"]], { echoes: session(), secrets: ["ab1"] });
  expect(repeat).toThrow("repeats the credential");
});

it("shows no reason that repeats a secret: a server said it to a request of vaultbox's own", () => {
  const what = `the push cannot be checked: the server says: no user ${secret}`;
  const refusal = refusalWithoutEcho(new Refusal(502, "upstream-invalid", what), session());
  expect(refusal).toMatchObject({ status: 502, reason: "upstream-invalid" });
  expect(refusal.message).not.toContain(secret);
  const other = new Refusal(502, "upstream-invalid", "the server says: no");
  expect(refusalWithoutEcho(other, session())).toBe(other);
});
