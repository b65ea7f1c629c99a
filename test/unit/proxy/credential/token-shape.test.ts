import { expect, test } from "vitest";
import { holdsVendorToken } from "../../../../src/proxy/credential/token-shape.ts";

test("a header of nothing but beginnings of tokens costs no more than a few looks at each of its characters", () => {
  const started = process.cpuUsage();
  for (let count = 0; count < 20; count += 1) {
    expect(holdsVendorToken("eyJ-".repeat(15_500))).toBe(false);
  }
  const { user } = process.cpuUsage(started);
  // The quadratic expression took two seconds for one of them
  expect(user / 1000).toBeLessThan(4000);
});

test("a JSON Web Token is known wherever it stands", () => {
  const token = `eyJ${"a".repeat(30)}.eyJ${"b".repeat(30)}.${"c".repeat(43)}`;
  for (const text of [token, `Bearer ${token}`, `x-${token}`, `a=${token};`]) {
    expect(holdsVendorToken(text)).toBe(true);
  }
  expect(holdsVendorToken("eyJhbGciOiJIUzI1NiJ9 only")).toBe(false);
});
