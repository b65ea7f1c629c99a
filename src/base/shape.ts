import { suggest } from "./nearest-word.ts";
import { quoted } from "./printable.ts";

// What a value that was read must be, said once: who reads it gets it with its type, or where and why it isn't one. Values
// aren't copied, so that a large one costs no more than the look at it.

/** Where a value isn't what it must be. */
export interface Misfit {
  /** `bindings[0].port`; empty for the value itself */
  readonly at: string;
  /** `write a whole number from 1 to 65535` */
  readonly why: string;
}

/** The description of a type's values. */
export interface Shape<T> {
  readonly findMisfit: (value: unknown) => Misfit | undefined;
  /** Whether a value is one; for a field that may be missing, when it is there */
  readonly fits: (value: unknown) => value is T;
}

/** Of a field that may be missing. */
export interface OptionalShape<T> extends Shape<T> {
  readonly isOptional: true;
}

/** The shape of each field of a type. */
export type FieldShapes<T> = {
  readonly [K in keyof T]-?: Partial<Pick<T, K>> extends Pick<T, K>
    ? OptionalShape<Exclude<T[K], undefined>>
    : Shape<T[K]>;
};

/** A shape of our own. @param why what is to be written instead of anything else */
export function shapeOf<T>(why: string, isFitting: (value: unknown) => boolean): Shape<T> {
  return toShape((value) => (isFitting(value) ? undefined : { at: "", why }));
}

export const text: Shape<string> = shapeOf("write text", (value) => typeof value === "string");
export const flag: Shape<boolean> = shapeOf(
  "write true or false",
  (value) => typeof value === "boolean",
);
export const number: Shape<number> = shapeOf(
  "write a number",
  (value) => typeof value === "number",
);

export function textLike(isFitting: (text: string) => boolean, why = "write text"): Shape<string> {
  return shapeOf(why, (value) => typeof value === "string" && isFitting(value));
}

/** Whole numbers that are exact. */
export function wholeNumber(from: number, to = Number.MAX_SAFE_INTEGER): Shape<number> {
  const isIn = (value: number): boolean => value >= from && value <= to;
  return shapeOf(
    `write a whole number from ${from} to ${to}`,
    (value) => typeof value === "number" && Number.isSafeInteger(value) && isIn(value),
  );
}

export function oneOf<const T extends string | number>(...values: readonly T[]): Shape<T> {
  return shapeOf(`write ${values.join(" or ")}`, (value) => values.some((one) => one === value));
}

/** @param why in place of what is said of an item that isn't one */
export function listOf<T>(item: Shape<T>, why?: string): Shape<readonly T[]> {
  return toShape((value) => {
    if (!Array.isArray(value)) return { at: "", why: why ?? "write a list" };
    for (const [index, one] of value.entries()) {
      const misfit = item.findMisfit(one);
      if (misfit !== undefined)
        return why === undefined ? within(`[${index}]`, misfit) : { at: "", why };
    }
    return undefined;
  });
}

export function pairOf<A, B>(first: Shape<A>, second: Shape<B>): Shape<readonly [A, B]> {
  return toShape((value) => {
    if (!Array.isArray(value) || value.length !== 2) return { at: "", why: "write a pair" };
    const [one, other]: readonly unknown[] = value;
    const misfit = first.findMisfit(one);
    if (misfit !== undefined) return within("[0]", misfit);
    const last = second.findMisfit(other);
    return last && within("[1]", last);
  });
}

/** Of several shapes the first that fits. */
export function eitherOf<T>(...shapes: readonly Shape<T>[]): Shape<T> {
  return toShape((value) => {
    if (shapes.some(({ fits }) => fits(value))) return undefined;
    return shapes[0]?.findMisfit(value);
  });
}

export function optional<T>(shape: Shape<T>): OptionalShape<T> {
  return { ...shape, isOptional: true };
}

/** @param others what about fields that aren't known; default: nothing */
export function fieldsOf<T>(shapes: FieldShapes<T>, others?: "refused"): Shape<T> {
  const all = Object.entries<Shape<unknown> | OptionalShape<unknown>>(shapes);
  const known = all.map(([name]) => name);
  return toShape((value) => {
    if (!isFields(value)) return { at: "", why: "write its fields" };
    const other = others && Object.keys(value).find((name) => !known.includes(name));
    if (other !== undefined) {
      const why = `unknown key${suggest(other, known)}; known: ${known.join(", ")}`;
      return { at: quoted(other, 64), why };
    }
    for (const [name, shape] of all) {
      const field = value[name];
      const misfit =
        field === undefined && "isOptional" in shape ? undefined : shape.findMisfit(field);
      if (misfit !== undefined) return within(name, misfit);
    }
    return undefined;
  });
}

/** Whether a value has fields: it's no list, and not null. */
export function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value of JSON; undefined for what is none, or doesn't fit: who asks says what of it is damaged. */
export function parseJson<T>(json: string, shape: Shape<T>): T | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return shape.fits(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function toShape<T>(findMisfit: Shape<T>["findMisfit"]): Shape<T> {
  return { findMisfit, fits: (value): value is T => findMisfit(value) === undefined };
}

function within(name: string, { at, why }: Misfit): Misfit {
  return { at: at === "" || at.startsWith("[") ? `${name}${at}` : `${name}.${at}`, why };
}
