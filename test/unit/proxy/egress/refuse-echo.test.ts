import { expect, it } from "vitest";
import { HeldBytes } from "../../../../src/proxy/egress/held-bytes.ts";
import { SecretEchoes } from "../../../../src/proxy/egress/secret-echo.ts";
import { refusalWithoutEcho, refuseEcho } from "../../../../src/proxy/egress/refuse-echo.ts";
import { Refusal } from "../../../../src/http/refusal.ts";

const secret = "ghs_16C7e42F292c6912E7710c838347Ae178B4a";

const hold = new HeldBytes().open();

function session(): SecretEchoes {
  const echoes = new SecretEchoes();
  echoes.add(secret, []);
  return echoes;
}

it("lets headers through as they are when they repeat nothing", () => {
  const headers = [["ETag", '"1"']] as const;
  const { begin } = refuseEcho({ echoes: session(), secrets: [secret] });
  expect(begin({ status: 200, phrase: "Fine", headers }, hold)).toBeUndefined();
});

it("refuses headers that repeat the request's own secret, however short it is", () => {
  const { begin } = refuseEcho({ echoes: session(), secrets: ["ab1"] });
  const answer = { status: 200, phrase: "so ab1", headers: [] };
  expect(begin(answer, hold)).toEqual({ dropsPhrase: true });
  const repeat = () => begin({ status: 200, headers: [["X-A", "k=ab1"]] }, hold);
  expect(repeat).toThrow("repeats the credential");
});

it("refuses a head that came before, once what it has was sent", () => {
  const echoes = session();
  const other = "glpat-8eXo1Zb2Qk3Lw4Mn5Vr6";
  const answer = { status: 200, phrase: "Fine", headers: [["X-A", other]] as const, notes: [] };
  const begin = (secrets: readonly string[]) => refuseEcho({ echoes, secrets }).begin(answer, hold);
  expect([begin([]), begin([]), begin([secret])]).toEqual([undefined, undefined, undefined]);
  expect(() => begin([other.slice(2, 9)])).toThrow("repeats the credential");
  echoes.add(other, []);
  expect(() => begin([])).toThrow("repeats the credential");
});

it("shows no reason that repeats a secret: a server said it to a request of vaultbox's own", () => {
  const what = `the push cannot be checked: the server says: no user ${secret}`;
  const refusal = refusalWithoutEcho(new Refusal(502, "upstream-invalid", what), session());
  expect(refusal).toMatchObject({ status: 502, reason: "upstream-invalid" });
  expect(refusal.message).not.toContain(secret);
  const other = new Refusal(502, "upstream-invalid", "the server says: no");
  expect(refusalWithoutEcho(other, session())).toBe(other);
});
