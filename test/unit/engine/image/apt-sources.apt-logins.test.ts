import { expect, test } from "vitest";
import { takeAptLogins } from "../../../../src/engine/image/apt-sources.ts";

test("a mirror's password is for apt alone, and not in the sources that stay in the image", () => {
  const { sources, logins } = takeAptLogins([
    "deb [trusted=no] https://ada:p%40ss@mirror.test:8443/debian bookworm main",
    "deb https://ada:p%40ss@mirror.test:8443/debian bookworm-updates main",
    "deb http://open.test/debian@2/ bookworm main",
    "deb http://ada:secret@[broken/debian bookworm main",
  ]);
  expect(sources).toEqual([
    "deb [trusted=no] https://mirror.test:8443/debian bookworm main",
    "deb https://mirror.test:8443/debian bookworm-updates main",
    "deb http://open.test/debian@2/ bookworm main",
  ]);
  expect(logins).toBe("machine https://mirror.test:8443/debian login ada password p@ss\n");
});

test("sources without a password stay as they are", () => {
  const lines = ["deb [signed-by=/a.gpg,/b.gpg] http://m.test/debian/ bookworm main"];
  expect(takeAptLogins(lines)).toEqual({ sources: lines, logins: "" });
});
