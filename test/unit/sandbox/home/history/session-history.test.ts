import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AgentProfile } from "../../../../../src/agents/agent-profile.ts";
import { claude } from "../../../../../src/agents/claude.ts";
import { generic } from "../../../../../src/agents/select-agent.ts";
import { resolvePaths } from "../../../../../src/base/paths.ts";
import {
  noteHistory,
  openSessionHistory,
  toHostOwner,
  type SessionHistory,
} from "../../../../../src/sandbox/home/history/session-history.ts";
import type { RunRequest } from "../../../../../src/session/plan/run-request.ts";

const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const sandboxUser = { ...own, userName: "agent", groupName: "agent", home: "/home/agent" };

interface Wanted {
  readonly agent?: AgentProfile;
  readonly home?: string;
  readonly projectHome?: "new" | "project";
  readonly keepsHistory?: boolean;
}

async function open(
  { agent = claude, home, projectHome = "new", keepsHistory = true }: Wanted,
  prepare: (state: string) => void = () => undefined,
): Promise<SessionHistory["type"]> {
  const root = mkdtempSync(join(tmpdir(), "vbsession-"));
  const request = {
    workspace: "/w",
    home,
    keepsHistory,
    plan: { agent, projectFile: { path: "/w/vaultbox.yaml", project: { home: projectHome } } },
  } as Partial<RunRequest> as RunRequest;
  try {
    const paths = resolvePaths({ VAULTBOX_HOME: root });
    prepare(root);
    const engine = { rootless: false };
    const history = await openSessionHistory({ request, paths, sandboxUser, engine, targets: [] });
    const said: string[] = [];
    noteHistory(history, { note: (type) => said.push(type) }, (text) => said.push(text));
    expect(said.some((text) => text.includes("are not kept in this run"))).toBe(
      history.type === "failed",
    );
    return history.type;
  } finally {
    rmSync(root, { recursive: true });
  }
}

test("conversations are kept for a known agent in a new home, unless the user said no", async () => {
  expect(await open({})).toBe("kept");
  expect(await open({ agent: generic })).toBe("none");
  expect(await open({ home: "work" })).toBe("none");
  expect(await open({ projectHome: "project" })).toBe("none");
  expect(await open({ keepsHistory: false })).toBe("none");
});

test("a place that can't be used is said, and no reason not to run", async () => {
  expect(await open({}, (root) => writeFileSync(join(root, "state"), ""))).toBe("failed");
});

test("under a rootless engine the sandbox's files belong to the user who started it", () => {
  const root = { ...sandboxUser, uid: 0, gid: 0 };
  expect(toHostOwner({ sandboxUser: root, engine: { rootless: true } })).toEqual(own);
  const other = { ...sandboxUser, uid: 1234, gid: 5 };
  expect(toHostOwner({ sandboxUser: other, engine: { rootless: false } })).toBe(other);
});
