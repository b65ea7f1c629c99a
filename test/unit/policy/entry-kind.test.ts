// A kind of entry that only this test knows: nothing in src/ names it, and everything that handles policies handles it.
import { expect, test } from "vitest";
import { openExplainer } from "../../../src/cli/explain/explain-request.ts";
import { parseAskedRequest } from "../../../src/cli/explain/asked-request.ts";
import { toEntryLines, toGrantLines } from "../../../src/cli/policy-text.ts";
import { resolveEffectivePolicy } from "../../../src/config/effective-policy.ts";
import { gitEntries } from "../../../src/git/entry/git-entries.ts";
import type { Handler } from "../../../src/http/handler.ts";
import { decideTunnel } from "../../../src/policy/decide.ts";
import type { EntryKind, PolicyItem } from "../../../src/policy/entry-kind.ts";
import { parsePolicyFile } from "../../../src/policy/file/parse-policy.ts";
import { readMap, readString } from "../../../src/policy/file/fields.ts";
import { InvalidFileError } from "../../../src/policy/file/problem.ts";
import type { EgressPolicy, RuleSource } from "../../../src/policy/policy.ts";
import { toPolicyDocument } from "../../../src/sandbox/environment/policy-document.ts";
import { createAuthoriser } from "../../../src/proxy/decide/authorise.ts";
import { plainDialer, startProxy, talk } from "../../support/proxy-fixture.ts";
import { openSessionHandlers } from "../../../src/session/session-handlers.ts";

interface Echo extends PolicyItem {
  readonly host: string;
  readonly says: string;
}

/** `echo: HOST` answers every GET there with what it's told to say. */
const echoEntries: EntryKind<Echo> = {
  key: "echo",
  keys: ["echo", "says"],
  heading: "Echoes",
  agentNote: "Ask these hosts for nothing else.",
  parse(field, source) {
    const { echo, says } = readMap(field, ["echo", "says"]) ?? {};
    const host = readString(echo);
    const text = readString(says);
    return host === undefined ? undefined : { host, says: text ?? "", source };
  },
  parseFlag: (text, source) => ({ host: text, says: "flag", source }),
  toOrigins: ({ host }) => [{ scheme: "https", host, port: 443 }],
  toCanonical: ({ host, says }) => ({ host, says }),
  describe: ({ host, says }) => ({
    title: host,
    lines: [`says ${says}`],
    json: { host, says },
  }),
  isAbout: () => false,
  openHandlers: (items) => Promise.resolve(() => items.map(toHandler)),
};

function toHandler({ host, says, source }: Echo): Handler {
  return {
    match: ({ authority }) =>
      authority.host === host
        ? {
            exclusive: true,
            handle: (request) => {
              request.note({ rule: source.label });
              const body = Buffer.from(says);
              return Promise.resolve({ type: "answer", status: 200, headers: [], body });
            },
          }
        : undefined,
  };
}

const kinds = [gitEntries, echoEntries];
const file = `version: 1
egress:
  - echo: echo.example.com
    says: hello
  - git: https://github.com/acme/widgets
`;

async function resolvePolicy(text: string, flags: readonly string[] = []) {
  return await resolveEffectivePolicy({
    policyFile: parsePolicyFile(Buffer.from(text), "p.yaml", kinds),
    entryKinds: kinds,
    entryFlags: { echo: flags },
    allow: [],
    agentRules: [],
    user: { allow: [], deny: [] },
    lookupPreset: () => Promise.resolve(undefined),
  });
}

function linesOf({ entries = [] }: EgressPolicy): readonly string[] {
  return entries.flatMap(toEntryLines);
}

test("entries of a new kind are read from files and flags, and shown with those of the others", async () => {
  const { policy } = await resolvePolicy(file, ["other.example.com"]);
  expect(linesOf(policy)).toEqual([
    "Repositories",
    "",
    "  https://github.com/acme/widgets (p.yaml:5)",
    "    may be read",
    "    nothing may be pushed",
    "    pull requests: read only",
    "Echoes",
    "",
    "  echo.example.com (p.yaml:3)",
    "    says hello",
    "  other.example.com (--echo)",
    "    says flag",
  ]);
  expect(toPolicyDocument(policy, {})).toContain(
    "## Echoes\n\nAsk these hosts for nothing else.\n\n- `echo.example.com`\n  - says hello\n",
  );
  const { egress } = parsePolicyFile(Buffer.from(file), "p.yaml", kinds);
  const shown = toGrantLines({ egress, limits: {}, home: "new", history: "none", env: {} });
  expect(shown).toContain("  echo.example.com (p.yaml:3)");
});

test("a file says what is wrong with an entry of a new kind, and names the kind where none is named", () => {
  const problemsOf = (text: string): readonly string[] => {
    try {
      parsePolicyFile(Buffer.from(`version: 1\negress:\n  - ${text}\n`), "p.yaml", kinds);
    } catch (error) {
      if (error instanceof InvalidFileError) return error.problems.map(({ message }) => message);
      throw error;
    }
    return [];
  };
  expect(problemsOf("{ echo: a.example.com, sais: x }")).toEqual([
    "unknown key (did you mean says?); known: echo, says",
  ]);
  expect(problemsOf("{ says: x }")).toEqual(["write host:, git:, echo: or preset: in every entry"]);
});

test("the hash of a policy names what entries of a new kind allow, not where that is written", async () => {
  const hashOf = async (text: string): Promise<string> => (await resolvePolicy(text)).hash;
  const hash = await hashOf(file);
  expect(await hashOf(file.replace("egress:", "limits: {}\negress:"))).toBe(hash);
  expect(await hashOf(file.replace("hello", "bye"))).not.toBe(hash);
});

test("an entry of a new kind opens its tunnel, and a host rule's prohibition closes it", async () => {
  const { policy } = await resolvePolicy(file);
  const open = (one: EgressPolicy) =>
    decideTunnel(one, { host: "echo.example.com", port: 443 }).verdict;
  expect(open(policy)).toBe("allow");
  const { policy: denied } = await resolvePolicy(
    `${file}  - { host: echo.example.com, deny: ["*"] }\n`,
  );
  expect(open(denied)).toBe("deny");
});

test("a request is explained by an entry of a new kind, and its handler answers it", async () => {
  const { policy } = await resolvePolicy(file);
  const explain = await openExplainer({
    policy,
    stateFolder: "/nonexistent",
    openAuthoriser: () => Promise.resolve(createAuthoriser([])),
    readConnectTo: () => Promise.resolve([]),
  });
  const asked = (url: string) => parseAskedRequest({ method: "GET", url, headers: [] });
  const source: RuleSource = { kind: "file", label: "p.yaml:3" };
  expect(await explain(asked("https://echo.example.com/"))).toMatchObject({
    verdict: "allow",
    rule: "echo: echo.example.com",
    source,
  });
  expect(await explain(asked("https://example.com/"))).toMatchObject({ verdict: "deny" });
  const handlers = await openSessionHandlers({ policy, stateFolder: "/nonexistent" });
  const dialer = plainDialer(1);
  await using proxy = await startProxy({ rules: [], handlers, dialer });
  const request = "GET http://echo.example.com/ HTTP/1.1\r\nHost: echo.example.com\r\n\r\n";
  const until = /hello$/;
  expect(await talk(await proxy.connect(), request, { until })).toMatch(/^HTTP\/1\.1 200 /);
  expect(proxy.events[0]).toMatchObject({ verdict: "allow", rule: "p.yaml:3" });
  expect(dialer.dialled).toEqual([]);
});
