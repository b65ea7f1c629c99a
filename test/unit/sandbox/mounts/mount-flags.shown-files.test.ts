import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { resolveShown } from "../../../../src/sandbox/mounts/mount-flags.ts";
import { matches, parseHideRules, withShown } from "../../../../src/workspace/hide/hide-rules.ts";
import { openShared } from "../../../support/shared-place.ts";

describe("--show", () => {
  const place = openShared((stack) => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), "vbshow-")));
    stack.defer(() => rmSync(root, { recursive: true }));
    const workspace = join(root, "w");
    mkdirSync(join(workspace, "d"), { recursive: true });
    writeFileSync(join(workspace, "d/.env"), "");
    symlinkSync("d/.env", join(workspace, "link"));
    symlinkSync(workspace, join(root, "way"));
    return Promise.resolve({ root, workspace, roots: [{ source: workspace }] });
  });

  test("names a file from where the user is, by its real place, a link as itself", () => {
    const { root, workspace, roots } = place();
    const shown = [join(root, "way/d/.env"), join(workspace, "d/../link")];
    const real = [join(workspace, "d/.env"), join(workspace, "link")];
    expect(resolveShown(shown, roots)).toEqual(real);
  });

  test.each<[what: string, toPath: (given: ReturnType<typeof place>) => string]>([
    ["what isn't there", ({ workspace }) => join(workspace, "nope")],
    ["a file elsewhere", () => "/etc/passwd"],
    ["the workspace", ({ workspace }) => workspace],
    ["a folder around it", ({ root }) => root],
    ["nothing", () => ""],
  ])("doesn't name %s", (_, toPath) => {
    const { roots } = place();
    expect(() => resolveShown([toPath(place())], roots)).toThrow("cannot show");
  });
});

describe("a shown path is that path and what is in it, whatever characters it has", () => {
  const rules = { ...parseHideRules(["default"]), shownAt: ["/w/a.b*[x", "/m/.env"] };
  const own = withShown(rules, "/w").shown;

  test.each(["a.b*[x", "a.b*[x/c"])("%s", (path) => {
    expect(matches(own, path)).toBe(true);
  });

  test.each(["a.b*[xy", "a-b*[x", "d/a.b*[x", ".env", "a.bz[x"])("and not %s", (path) => {
    expect(matches(own, path)).toBe(false);
  });

  test("in its own folder only", () => {
    expect(matches(withShown(rules, "/m").shown, ".env")).toBe(true);
    expect(withShown(rules, "/other")).toBe(rules);
  });
});
