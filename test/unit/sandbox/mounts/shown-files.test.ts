import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resolveShown } from "../../../../src/sandbox/mounts/shown-files.ts";
import { matches, parseHideRules, withShown } from "../../../../src/workspace/hide/hide-rules.ts";

test("--show names a file from where the user is, by its real place, a link as itself", () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "vbshow-")));
  const workspace = join(root, "w");
  mkdirSync(join(workspace, "d"), { recursive: true });
  writeFileSync(join(workspace, "d/.env"), "");
  symlinkSync("d/.env", join(workspace, "link"));
  symlinkSync(workspace, join(root, "way"));
  const roots = [{ source: workspace }];
  try {
    const shown = [join(root, "way/d/.env"), join(workspace, "d/../link")];
    expect(resolveShown(shown, roots)).toEqual([
      join(workspace, "d/.env"),
      join(workspace, "link"),
    ]);
    const refused = [join(workspace, "nope"), "/etc/passwd", workspace, root, ""];
    for (const path of refused) {
      expect(() => resolveShown([path], roots)).toThrow("cannot show");
    }
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("a shown path is that path and what is in it, whatever characters it has, in its own folder only", () => {
  const rules = { ...parseHideRules(["default"]), shownAt: ["/w/a.b*[x", "/m/.env"] };
  const own = withShown(rules, "/w").shown;
  expect(["a.b*[x", "a.b*[x/c"].map((path) => matches(own, path))).toEqual([true, true]);
  for (const path of ["a.b*[xy", "a-b*[x", "d/a.b*[x", ".env", "a.bz[x"]) {
    expect(matches(own, path)).toBe(false);
  }
  expect(matches(withShown(rules, "/m").shown, ".env")).toBe(true);
  expect(withShown(rules, "/other")).toBe(rules);
});
