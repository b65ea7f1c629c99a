import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createAuthoriser } from "../../../../src/proxy/decide/authorise.ts";
import type { AuthorisationRequest } from "../../../../src/proxy/decide/authorise.ts";
import type { HeaderField } from "../../../../src/http/header-fields.ts";
import { Refusal } from "../../../../src/http/refusal.ts";
import {
  authoriseAndApply,
  base64,
  makeCredential,
  makeRequest,
  refusalOf,
} from "../../../support/credential-fixtures.ts";
import { recordScore } from "../../../support/scoreboard.ts";

const host = "git.example.com";
const basic = { type: "basic", username: "x-access-token" } as const;
const widgets = makeCredential(basic, { host, repository: "acme/widgets" }, "widgets");
const acme = makeCredential(basic, { host, repository: "acme/*" }, "acme");
const tools = makeCredential(basic, { host, repository: "acme/tools" }, "tools");
const general = makeCredential({ type: "bearer" }, { host }, "general");
const all = [general, acme, tools, widgets];

function ask(repository?: string, headers: readonly HeaderField[] = []): AuthorisationRequest {
  return makeRequest(headers, { host, ...(repository === undefined ? {} : { repository }) });
}

function offer(placeholder: string): readonly HeaderField[] {
  return [["Authorization", `Basic ${base64(`me:${placeholder}`)}`]];
}

describe("of several credentials for one host", () => {
  test.each([
    ["acme/widgets", "widgets"],
    ["Acme/Widgets", "widgets"],
    ["acme/tools", "tools"],
    ["acme/other", "acme"],
    ["acme/widgets-2", "acme"],
    ["evil/widgets", "general"],
    ["acme/group/widgets", "general"],
    [undefined, "general"],
  ])("%s gets the one that is closest to it: %s", (repository, name) => {
    for (const order of [all, all.toReversed()]) {
      expect(createAuthoriser(order)(ask(repository)).plan[0]?.credential.name).toBe(name);
    }
  });

  test("the repository's own is taken although the client holds another one's placeholder", async () => {
    const request = ask("acme/widgets", offer(general.placeholder));
    const { headers } = await authoriseAndApply(createAuthoriser(all), request);
    const sent = headers.filter(([name]) => name === "Authorization");
    expect(sent).toEqual([
      ["Authorization", `Basic ${base64(`x-access-token:${widgets.secret}`)}`],
    ]);
  });

  test("the client says which when two are for the same repository", () => {
    const other = makeCredential(basic, { host, repository: "acme/widgets" }, "other");
    const authorise = createAuthoriser([widgets, other]);
    expect(authorise(ask("acme/widgets")).plan[0]?.credential.name).toBe("widgets");
    expect(authorise(ask("acme/widgets", offer(other.placeholder))).plan[0]?.credential.name).toBe(
      "other",
    );
  });
});

describe("a credential for a repository", () => {
  test.each([undefined, "acme/tools", "evil/widgets", "acme/widgets/x"])(
    "has its placeholder refused where it isn't for: %s",
    (repository) => {
      const refused = refusalOf(() =>
        createAuthoriser([widgets])(ask(repository, offer(widgets.placeholder))),
      );
      expect(refused.reason).toBe("placeholder-at-wrong-place");
      expect(createAuthoriser([widgets])(ask(repository)).plan[0]?.credential).toBeUndefined();
    },
  );

  test("makes its host strict for every request: a foreign credential is refused there", () => {
    const foreign = [["Authorization", "Bearer stolen"]] as const;
    const refused = refusalOf(() => createAuthoriser([widgets])(ask("evil/widgets", foreign)));
    expect(refused.reason).toBe("foreign-credential");
  });

  test("isn't attached to a request that brings the storage's own", () => {
    const authorise = createAuthoriser(all);
    const request = { ...ask("acme/widgets"), withoutCredential: true };
    const prepared = authorise(request);
    expect(prepared.plan[0]).toBeUndefined();
    expect(JSON.stringify(prepared.request)).not.toContain("Authorization");
  });

  test.each(["widgets", "*/widgets", "acme/w*", "acme/..", "/acme/", "**/*", "acme/%2e"])(
    "can't be for %s, which would never match or match too much",
    (repository) => {
      expect(() => createAuthoriser([makeCredential(basic, { host, repository })])).toThrow(
        "isn't canonical",
      );
    },
  );

  test("is attached to no request but those of its repository, whatever the client sends", () => {
    const repositories = ["acme/widgets", "acme/tools", "acme/x", "evil/widgets", "ACME/widgets"];
    const secrets = [widgets, acme, tools];
    let attempts = 0;
    let blocked = 0;
    let controlSucceeded = 0;
    // The same credentials bound to the host alone, as without the guard
    const unbound = all.map((credential) => ({
      ...credential,
      bindings: credential.bindings.map(({ scheme, port, pathPrefix }) => ({
        host,
        port,
        pathPrefix,
        scheme,
      })),
    }));
    const guarded = createAuthoriser(all);
    const naive = createAuthoriser(unbound);
    const placeholders = [...all.map(({ placeholder }) => placeholder), "", "other"];
    fc.assert(
      fc.property(
        fc.option(fc.constantFrom(...repositories), { nil: undefined }),
        fc.constantFrom(...placeholders),
        fc.constantFrom("Authorization", "Private-Token", "X-Note"),
        fc.constantFrom("/acme/widgets/info/refs", "/acme/tools", "/api/v4/x", "/"),
        (repository, placeholder, name, path) => {
          const headers: HeaderField[] = placeholder === "" ? [] : [[name, placeholder]];
          const request = { ...ask(repository, headers), path, rawTarget: path };
          const sent = nameOf(guarded, request);
          const lower = repository?.toLowerCase();
          const own: Record<string, string | undefined> = {
            widgets: "acme/widgets",
            tools: "acme/tools",
          };
          if (sent === "acme") expect(lower).toMatch(/^acme\/[^/]+$/);
          else if (sent !== undefined && sent !== "general") expect(lower).toBe(own[sent]);
          const isForeign = lower === undefined || lower === "evil/widgets";
          if (!isForeign || placeholder === "" || placeholder === "other") return;
          attempts++;
          if (!secrets.some(({ name: one }) => one === sent)) blocked++;
          if (nameOf(naive, request) !== undefined) controlSucceeded++;
        },
      ),
      { numRuns: 2_000, seed: 3 },
    );
    recordScore({
      row: 20,
      test: "a credential for one repository is attached nowhere else",
      attempts,
      blocked,
      controlSucceeded,
    });
    expect(attempts).toBeGreaterThan(100);
    expect(blocked).toBe(attempts);
    expect(controlSucceeded).toBeGreaterThan(0);
  });
});

function nameOf(
  authorise: ReturnType<typeof createAuthoriser>,
  request: AuthorisationRequest,
): string | undefined {
  try {
    return authorise(request).plan[0]?.credential.name;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
