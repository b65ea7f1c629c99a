import { expect, test } from "vitest";
import { parseAuthority } from "../../../src/http/authority.ts";
import { refuseImpossible } from "../../../src/http/impossible-request.ts";
import { parseTarget } from "../../../src/http/target.ts";
import { refusalOf } from "../../support/credential-fixtures.ts";

const authority = parseAuthority("api.example.com", "https", 443);

function refuse(method: string, line = "", path = "/a"): void {
  const [name = "", value = ""] = line.split(/: (.*)/, 2);
  const headers = line === "" ? [] : [[name, value] as const];
  refuseImpossible({ method, headers }, parseTarget(method, path), authority);
}

test.each([
  "X-HTTP-Method-Override: DELETE",
  "x_http_method_override: DELETE",
  "x.http.method.override: DELETE",
  "X-Real-Method: DELETE",
  "X-Original-URL: /b",
  "X_Rewrite_Url: /b",
  "X-Original-Request-Uri: /b",
  "X-Http-DestinationURL: https://b.example.com",
  "Base-Url: https://b.example.com",
  "X-Replaced-Path: /b",
  "X-Context-Path: /b",
  "SCRIPT_NAME: /b",
  "Script-Name: /b",
  "X-Sendfile-Type: X-Accel-Redirect",
  "X-Accel-Mapping: /=/b/",
  "X-Middleware-Subrequest: middleware",
  "Proxy: http://b.example.com",
  "Content_Length: 4",
  "Transfer.Encoding: chunked",
  "Content_Type: text/plain",
  "Proxy_Authorization: Basic x",
])("%s is refused", (line) => {
  expect(refusalOf(() => refuse("POST", line))).toMatchObject({
    status: 400,
    reason: "request-invalid",
  });
});

test.each([
  "X-Forwarded-Host: b.example.com",
  "X_Forwarded_Host: b.example.com",
  "X-Forwarded-Host: api.example.com, b.example.com",
  "X-Original-Host: b.example.com",
  "X-Upstream-Host: b.example.com",
  "X-Forwarded-Port: 8443",
  "X-Forwarded-Proto: http",
  "Forwarded: for=x, for=y;host=b.example.com",
  'Forwarded: host="api.example.com";secret=b',
])("%s is another host than the request's", (line) => {
  expect(refusalOf(() => refuse("GET", line))).toMatchObject({
    status: 421,
    reason: "authority-mismatch",
  });
});

test.each(["trace", "Track", "connect", "get", "Head"])("the method %s is refused", (method) => {
  expect(refusalOf(() => refuse(method))).toMatchObject({ status: 400 });
});

test.each([
  "Access-Control-Request-Method: PUT",
  "X-Forwarded-For: 203.0.113.7",
  "X-Real-IP: 203.0.113.7",
  "X-Forwarded-Host: api.example.com:443",
  "X-Forwarded-Proto: https, https",
  'Forwarded: for="[2001:db8::1]";proto=https',
  "Referer: https://b.example.com/x",
  "Content-Location: /b",
  "HX-Current-URL: https://b.example.com",
  "X-Payment-Method: card",
  "X_Request_Id: 1",
  "User_Agent: x",
  "SOAPAction: urn:x",
])("%s passes", (line) => {
  expect(() => refuse("POST", line)).not.toThrow();
});

test("a parameter that servers take for the method is refused, and one called method isn't", () => {
  for (const query of [
    "_method=DELETE",
    "%5Fmethod=x",
    "x-http-method-override=PUT",
    "a;_method=x",
  ]) {
    expect(refusalOf(() => refuse("POST", "", `/a?${query}`))).toMatchObject({ status: 400 });
  }
  expect(() => refuse("GET", "", "/a?method=flickr.test.echo&payment_method=card")).not.toThrow();
});
