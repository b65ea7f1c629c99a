import { join } from "node:path";
import { openGitCache } from "../../../src/git/push/cache/git-cache.ts";
import { parseAuthority } from "../../../src/http/authority.ts";
import type { PushInquiry } from "../../../src/git/push/cache/push-inquiry.ts";
import { openPushInspector } from "../../../src/git/push/push-inspector.ts";
import {
  makeRepository,
  makeTemporaryFolder,
  type TestRepository,
} from "../../support/git-repositories.ts";
import { type GitHttpTools, toGitHttpTools } from "./git-http-tools.ts";

export interface InspectionWorld extends AsyncDisposable {
  readonly folder: string;
  readonly cache: string;
  readonly upstream: TestRepository;
  readonly tools: GitHttpTools;
  readonly open: (options?: {
    readonly checksObjects?: boolean;
    readonly maxPackBytes?: number;
  }) => Promise<PushInquiry>;
}

/** An upstream behind git's own server program, and inspections of pushes to it. */
export async function makeInspectionWorld(
  options: {
    readonly format?: "sha1" | "sha256";
    readonly version?: 0 | 2;
    readonly filter?: boolean;
  } = {},
): Promise<InspectionWorld> {
  const folder = await makeTemporaryFolder("vbx-push");
  const format = options.format ?? "sha1";
  const upstream = await makeRepository(join(folder.path, "acme", "widgets.git"), format);
  if (options.filter !== false) await upstream.git(["config", "uploadpack.allowFilter", "true"]);
  const tools = toGitHttpTools(folder.path, { version: options.version ?? 2 });
  const cache = join(folder.path, "cache");
  const inspector = openPushInspector(tools, openGitCache(cache));
  return {
    folder: folder.path,
    cache,
    upstream,
    tools,
    open: ({ checksObjects = true, maxPackBytes = 50_000_000 } = {}) =>
      inspector.open({
        authority: parseAuthority("git.example.com", "https", 443),
        path: "/acme/widgets.git",
        repository: "acme/widgets",
        rule: "git: https://git.example.com/acme/widgets",
        objectFormat: format,
        maxPackBytes,
        checksObjects,
      }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
