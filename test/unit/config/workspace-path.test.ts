import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readWorkspacePath } from "../../../src/config/workspace-path.ts";

test("a workspace that isn't there, or whose real path is no UTF-8, is refused with its name", () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "vbq-")));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const odd = Buffer.concat([Buffer.from(join(folder, "caf")), Buffer.from([0xe9])]);
  mkdirSync(odd);
  symlinkSync(odd, join(folder, "link"));
  const use = (name: string) => () => readWorkspacePath(join(folder, name));
  expect(use("link")).toThrow(`${folder}/caf\\xe9": its path is not UTF-8`);
  expect(use("caf\ufffd")).toThrow("its path is not UTF-8, or not there");
  expect(use("none")).toThrow("there is no such folder");
  mkdirSync(join(folder, "caf\ufffd"));
  expect(use("caf\ufffd")()).toBe(join(folder, "caf\ufffd"));
});
