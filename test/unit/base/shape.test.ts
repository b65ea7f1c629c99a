import { expect, test } from "vitest";
import {
  eitherOf,
  fieldsOf,
  flag,
  listOf,
  number,
  oneOf,
  optional,
  pairOf,
  parseJson,
  shapeOf,
  text,
  textLike,
  wholeNumber,
  type Misfit,
} from "../../../src/base/shape.ts";

interface Place {
  readonly host: string;
  readonly port: number;
  readonly scheme?: "http" | "https";
}

const place = fieldsOf<Place>({
  host: textLike((host) => host !== "", "write a host"),
  port: wholeNumber(1, 65_535),
  scheme: optional(oneOf("http", "https")),
});

interface Settings {
  readonly places: readonly Place[];
  readonly quiet?: boolean;
}

const settings = fieldsOf<Settings>({ places: listOf(place), quiet: optional(flag) }, "refused");

test("a value that fits is given as it is, with its type", () => {
  const json = '{"places":[{"host":"a.example","port":443,"more":1}],"quiet":true}';
  const parsed = parseJson(json, settings);
  expect(parsed).toEqual(JSON.parse(json));
  expect(parsed?.places[0]?.port).toBe(443);
});

const misfits: readonly (readonly [value: unknown, misfit: Misfit])[] = [
  [null, { at: "", why: "write its fields" }],
  [[], { at: "", why: "write its fields" }],
  [{}, { at: "places", why: "write a list" }],
  [{ places: {} }, { at: "places", why: "write a list" }],
  [{ places: ["a"] }, { at: "places[0]", why: "write its fields" }],
  [{ places: [{ host: "", port: 1 }] }, { at: "places[0].host", why: "write a host" }],
  [
    {
      places: [
        { host: "a", port: 1 },
        { host: "b", port: 0 },
      ],
    },
    { at: "places[1].port", why: "write a whole number from 1 to 65535" },
  ],
  [
    { places: [{ host: "a", port: 1.5 }] },
    { at: "places[0].port", why: "write a whole number from 1 to 65535" },
  ],
  [
    { places: [{ host: "a", port: 1, scheme: "ftp" }] },
    { at: "places[0].scheme", why: "write http or https" },
  ],
  [
    { places: [], quiet: null },
    { at: "quiet", why: "write true or false" },
  ],
  [
    { places: [], quite: true },
    { at: '"quite"', why: "unknown key (did you mean quiet?); known: places, quiet" },
  ],
];

test.each(misfits)("of %j it is said where it doesn't fit, and why", (value, misfit) => {
  expect(settings.fits(value)).toBe(false);
  expect(settings.findMisfit(value)).toEqual(misfit);
  expect(parseJson(JSON.stringify(value), settings)).toBeUndefined();
});

test("what is no JSON fits nothing", () => {
  expect(parseJson("", text)).toBeUndefined();
  expect(parseJson("{", text)).toBeUndefined();
  expect(parseJson('"a"', text)).toBe("a");
});

test("a field of that name which an object has by itself is no field", () => {
  interface Named {
    readonly toString: string;
  }
  expect(fieldsOf<Named>({ toString: text }).fits({})).toBe(false);
  const polluted: unknown = JSON.parse('{"__proto__":{"host":"a","port":1}}');
  expect(place.fits(polluted)).toBe(false);
});

test("pairs, and one of several shapes", () => {
  const sizes = listOf(pairOf(text, number));
  expect(sizes.fits([["a", 1]])).toBe(true);
  expect(sizes.findMisfit([["a"]])).toEqual({ at: "[0]", why: "write a pair" });
  expect(sizes.findMisfit([[1, 1]])).toEqual({ at: "[0][0]", why: "write text" });
  expect(sizes.findMisfit([["a", "b"]])).toEqual({ at: "[0][1]", why: "write a number" });
  const either = eitherOf<string | number>(text, number);
  expect(either.fits(1)).toBe(true);
  expect(either.fits("a")).toBe(true);
  expect(either.findMisfit(true)).toEqual({ at: "", why: "write text" });
});

test("a list can say of all its items what it must be", () => {
  const texts = listOf(text, "write a list of strings");
  const misfit = { at: "", why: "write a list of strings" };
  expect(texts.findMisfit("a")).toEqual(misfit);
  expect(texts.findMisfit([1])).toEqual(misfit);
});

test("a shape may need itself", () => {
  interface Folder {
    readonly folders: readonly Folder[];
  }
  const folder: ReturnType<typeof fieldsOf<Folder>> = fieldsOf<Folder>({
    folders: listOf(shapeOf<Folder>("write a folder", (value) => folder.fits(value))),
  });
  expect(folder.fits({ folders: [{ folders: [] }] })).toBe(true);
  expect(folder.fits({ folders: [{ folders: [{}] }] })).toBe(false);
});
