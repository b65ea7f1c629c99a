import { expect, test } from "vitest";
import { isReservedVariable } from "../../../src/base/reserved-variables.ts";
import { toEnvironment } from "../../../src/sandbox/environment/environment.ts";

const given = "set by somebody else";

/** What becomes of a variable that `--env` sets. */
function passThrough(name: string): string | undefined {
  const env = toEnvironment({
    sandboxUser: { uid: 1, gid: 1, userName: "agent", groupName: "agent", home: "/home/agent" },
    image: [],
    host: {},
    tty: false,
    agent: {},
    project: {},
    placeholders: {},
    user: { [name]: given },
    session: "0123456789ab",
  });
  return env[name];
}

test("no variable that vaultbox sets is left to be set in vain", () => {
  const own = Object.keys(
    toEnvironment({
      sandboxUser: { uid: 1, gid: 1, userName: "agent", groupName: "agent", home: "/home/agent" },
      image: [],
      host: {},
      tty: true,
      agent: {},
      project: {},
      placeholders: {},
      user: {},
      session: "0123456789ab",
    }),
  );
  const inVain = own.filter((name) => passThrough(name) !== given);
  // Claude Code's users set it out of habit, to the value that it has
  expect(inVain.filter((name) => !isReservedVariable(name, "flag"))).toEqual(["IS_SANDBOX"]);
});

test.each(["PATH", "TMPDIR", "LANG", "MY_SETTING", "LD_AUDIT", "SSL_CERT_DIR"])(
  "%s, which --env may set, has the value that was given",
  (name) => {
    expect([isReservedVariable(name, "flag"), passThrough(name)]).toEqual([false, given]);
  },
);

test.each<[string, readonly string[]]>([
  ["HTTPS_PROXY", ["credential", "project", "flag", "image"]],
  ["https_proxy", ["credential", "project", "flag", "image"]],
  ["SSL_CERT_FILE", ["credential", "project", "flag", "image"]],
  ["REQUESTS_CA_BUNDLE", ["credential", "project", "flag", "image"]],
  ["NODE_OPTIONS", ["credential", "project", "flag", "image"]],
  ["LD_PRELOAD", ["credential", "project", "flag", "image"]],
  ["HOME", ["credential", "project", "flag", "image"]],
  ["USER", ["credential", "project", "flag", "image"]],
  ["SSL_CERT_DIR", ["credential", "project"]],
  ["LD_AUDIT", ["credential", "project"]],
  ["PATH", ["credential", "project"]],
  ["VAULTBOX_HOME", ["credential", "project"]],
  ["TMPDIR", ["credential"]],
  ["BASH_ENV", ["credential"]],
  ["DYLD_INSERT_LIBRARIES", ["credential"]],
  ["GITHUB_TOKEN", []],
  ["LOG_LEVEL", []],
])("%s can't be set by %j", (name, closed) => {
  const sources = ["credential", "project", "flag", "image"] as const;
  expect(sources.filter((source) => isReservedVariable(name, source))).toEqual(closed);
});
