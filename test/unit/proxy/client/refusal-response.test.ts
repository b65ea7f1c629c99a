import { expect, test } from "vitest";
import { Refusal } from "../../../../src/http/refusal.ts";
import { toRefusalFormat } from "../../../../src/proxy/client/refusal-response.ts";
import { toRefusalText } from "../../../support/refusal-text.ts";

const asked = { method: "GET", target: "/", headers: [] };

const refusal = new Refusal(403, "host-not-allowed", "refused GET https://x.example/: the host", {
  remedy: "vaultbox run --allow 'GET https://x.example/' …",
});

test("a refusal is two lines: what was refused, and what the user can run", () => {
  const [head, body] = toRefusalText(refusal, "text").split("\r\n\r\n");
  expect(head).toMatch(
    /^HTTP\/1\.1 403 Forbidden \(vaultbox: host-not-allowed\)\r\nX-Vaultbox-Refusal: host-not-allowed\r\n/,
  );
  expect(head).toContain("Connection: close");
  expect(body?.split("\n")).toHaveLength(3);
});

test("a client of a JSON API gets the same text as JSON, so that it shows it", () => {
  const format = toRefusalFormat({
    ...asked,
    method: "PUT",
    headers: [["Content-Type", "application/json"]],
  });
  const [, body = ""] = toRefusalText(refusal, format).split("\r\n\r\n");
  expect(JSON.parse(body)).toMatchObject({ reason: "host-not-allowed" });
  expect(JSON.parse(body).error).toContain("vaultbox: refused GET https://x.example/");
  expect(JSON.parse(body).message).toBe(JSON.parse(body).error);
  expect(JSON.parse(body).errors).toEqual([
    { code: "DENIED", message: JSON.parse(body).error as string },
  ]);
  expect(
    toRefusalFormat({
      ...asked,
      headers: [["accept", "application/vnd.npm.install-v1+json; q=1.0"]],
    }),
  ).toBe("json");
  expect(toRefusalFormat({ ...asked, headers: [["Accept", "*/*"]] })).toBe("text");
});

test("an answer to HEAD has a length and no body", () => {
  expect(toRefusalText(refusal, toRefusalFormat({ ...asked, method: "HEAD" }))).toMatch(
    /\r\n\r\n$/,
  );
});

test.each(["/v2/", "/v2/a/b/manifests/latest", "https://x.example/v2/"])(
  "a client of an image registry gets the API's header and errors, without which docker shows nothing: %s",
  (target) => {
    const format = toRefusalFormat({ ...asked, target });
    const [head, body = ""] = toRefusalText(refusal, format).split("\r\n\r\n");
    expect(head).toContain("\r\nDocker-Distribution-Api-Version: registry/2.0\r\n");
    expect(JSON.parse(body).errors[0].message).toContain(
      "vaultbox: refused GET https://x.example/",
    );
  },
);

test("a client of something else gets text, or no body", () => {
  expect(toRefusalFormat({ ...asked, target: "/v2/users" })).toBe("text");
  expect(toRefusalFormat({ ...asked, method: "HEAD", target: "/v2/" })).toBe("no-body");
});

test("a client of AWS gets the text as an error of its APIs, in XML or JSON", () => {
  const signed = toRefusalFormat({ ...asked, headers: [["X-Amz-Date", "20261130T000000Z"]] });
  expect(toRefusalFormat({ ...asked, headers: [["User-Agent", "Boto3/1.26.27"]] })).toBe(signed);
  const [head, body] = toRefusalText(
    new Refusal(403, "host-not-allowed", "refused GET https://x.example/a&b: <no>"),
    signed,
  ).split("\r\n\r\n");
  expect(head).toContain("\r\nContent-Type: application/xml\r\n");
  const error =
    "<Code>host-not-allowed</Code><Message>vaultbox: refused GET https://x.example/a&amp;b: &lt;no&gt;</Message>";
  expect(body).toBe(`<ErrorResponse>${error}<Error>${error}</Error></ErrorResponse>\n`);
  const type: [string, string] = ["Content-Type", "application/x-amz-json-1.1"];
  expect(toRefusalFormat({ ...asked, headers: [type] })).toBe("json");
});
