import fc from "fast-check";
import { expect, test } from "vitest";
import { isVaultboxError } from "../../../src/base/errors.ts";
import { formatDuration, formatSize, parseDuration, parseSize } from "../../../src/base/units.ts";

test.each([
  ["500ms", 500],
  ["90s", 90_000],
  ["15m", 900_000],
  ["2h", 7_200_000],
  ["1h30m", 5_400_000],
  ["1.5h", 5_400_000],
  ["30d", 2_592_000_000],
])("the duration %s is %d milliseconds", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(["", "2", "h", "2 h", "-1s", "30m1h", "1h1h", "0s", "31d", "2hours", "1e3s", "٢h", "2H"])(
  "the duration %j is refused",
  (text) => {
    expect(() => parseDuration(text)).toThrow(/invalid duration/);
  },
);

test.each([
  ["100B", 100],
  ["512kB", 512_000],
  ["200MB", 200_000_000],
  ["200 MB", 200_000_000],
  ["1.5GiB", 1_610_612_736],
])("the size %s is %d bytes", (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each(["", "200", "MB", "-1MB", "0B", "1TB", "1mb", "1 000MB", "9999999GB", "1__proto__"])(
  "the size %j is refused",
  (text) => {
    expect(() => parseSize(text)).toThrow(/invalid size/);
  },
);

test("durations and sizes are shown with the units they are written in", () => {
  expect([850, 12_340, 7_200_000, 5_400_000, 90_000].map(formatDuration)).toEqual([
    "850ms",
    "12.3s",
    "2h",
    "1h30m",
    "1m30s",
  ]);
  expect([0, 512, 1500, 200_000_000].map(formatSize)).toEqual(["0B", "512B", "1.5kB", "200MB"]);
  const written = ["8GiB", "512MiB", "1.5GiB", "15615MiB", "1MiB", "100MB", "1GB", "8GB"];
  expect(written.map((text) => formatSize(parseSize(text)))).toEqual(written);
});

test("arbitrary text is read or refused with a usage error, and never anything else", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      for (const parse of [parseDuration, parseSize]) {
        try {
          expect(parse(text)).toBeGreaterThan(0);
        } catch (error) {
          expect(isVaultboxError(error, "VBX_USAGE")).toBe(true);
        }
      }
    }),
  );
});
