import { expect, test } from "vitest";
import {
  parseEnvironmentFlags,
  toEnvironment,
  type EnvironmentSources,
} from "../../../../src/sandbox/environment/environment.ts";

const sources: EnvironmentSources = {
  sandboxUser: { uid: 1000, gid: 1000, userName: "agent", groupName: "agent", home: "/home/agent" },
  image: ["PATH=/usr/bin", "HTTP_PROXY=http://evil", "SSL_CERT_FILE=/evil", "NODE_VERSION=24"],
  host: { LANG: "de_DE.UTF-8", TERM: "xterm", AWS_SECRET_ACCESS_KEY: "host-secret", PATH: "/host" },
  tty: true,
  agent: { DISABLE_TELEMETRY: "1" },
  project: {},
  placeholders: { GITHUB_TOKEN: "ghp_placeholder" },
  user: { MINE: "yes" },
  session: "0123456789ab",
};

test("nothing of the host's environment gets in but locale and terminal", () => {
  const env = toEnvironment(sources);
  expect(JSON.stringify(env)).not.toContain("host-secret");
  expect(env["PATH"]).toBe("/usr/bin");
  expect(env).toMatchObject({
    LANG: "de_DE.UTF-8",
    TERM: "xterm",
    MINE: "yes",
    DISABLE_TELEMETRY: "1",
  });
});

test.each(["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])(
  "%s is ours, whatever the image says",
  (name) => {
    expect(toEnvironment(sources)[name]).toBe("http://127.0.0.1:3128");
  },
);

test.each([
  "NODE_EXTRA_CA_CERTS",
  "REQUESTS_CA_BUNDLE",
  "CURL_CA_BUNDLE",
  "GIT_SSL_CAINFO",
  "PIP_CERT",
  "BUNDLE_SSL_CA_CERT",
  "NPM_CONFIG_CAFILE",
  "npm_config_cafile",
  "CODEX_CA_CERTIFICATE",
])("%s names a file of ours, whatever the image says", (name) => {
  expect(toEnvironment(sources)[name]).toMatch(/^\/run\/vaultbox\//);
});

test("what isn't proxied and what Java and OpenSSL trust is ours, whatever the image says", () => {
  const env = toEnvironment(sources);
  expect(env["NO_PROXY"]).toBe(env["no_proxy"]);
  expect(env["SSL_CERT_FILE"]).toBe("/run/vaultbox/ca-bundle.pem");
  expect(env["JAVA_TOOL_OPTIONS"]).toContain("trustStore=/run/vaultbox/truststore.jks");
});

test("--env takes a value, or the name of one of the host's, and refuses what vaultbox sets", () => {
  expect(parseEnvironmentFlags(["A=b=c", "LANG"], { LANG: "C" })).toEqual({ A: "b=c", LANG: "C" });
  for (const bad of [
    "1A=x",
    "=x",
    "A B=c",
    "MISSING",
    "HTTPS_PROXY=x",
    "https_proxy=x",
    "NODE_OPTIONS=x",
    "LD_PRELOAD=x",
    "HOME=/x",
  ]) {
    expect(() => parseEnvironmentFlags([bad], {})).toThrow("with --env");
  }
});
