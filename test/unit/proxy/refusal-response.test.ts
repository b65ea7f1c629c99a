import { expect, test } from "vitest";
import { Refusal } from "../../../src/proxy/refusal.ts";
import { refusalResponse, toRefusalFormat } from "../../../src/proxy/refusal-response.ts";

const refusal = new Refusal(403, "host-not-allowed", "refused GET https://x.example/: the host", {
  remedy: "vaultbox run --allow 'GET https://x.example/' …",
});

test("a refusal is two lines: what was refused, and what the user can run", () => {
  const [head, body] = refusalResponse(refusal, "text").split("\r\n\r\n");
  expect(head).toMatch(
    /^HTTP\/1\.1 403 Forbidden \(vaultbox: host-not-allowed\)\r\nX-Vaultbox-Refusal: host-not-allowed\r\n/,
  );
  expect(head).toContain("Connection: close");
  expect(body?.split("\n")).toHaveLength(3);
});

test("a client of a JSON API gets the same text as JSON, so that it shows it", () => {
  const format = toRefusalFormat("PUT", [["Content-Type", "application/json"]]);
  const [, body = ""] = refusalResponse(refusal, format).split("\r\n\r\n");
  expect(JSON.parse(body)).toMatchObject({ reason: "host-not-allowed" });
  expect(JSON.parse(body).error).toContain("vaultbox: refused GET https://x.example/");
  expect(JSON.parse(body).message).toBe(JSON.parse(body).error);
  expect(toRefusalFormat("GET", [["accept", "application/vnd.npm.install-v1+json; q=1.0"]])).toBe(
    "json",
  );
  expect(toRefusalFormat("GET", [["Accept", "*/*"]])).toBe("text");
});

test("an answer to HEAD has a length and no body", () => {
  expect(refusalResponse(refusal, toRefusalFormat("HEAD", []))).toMatch(/\r\n\r\n$/);
});
