import { given } from "../../base/given.ts";
import { parseDuration, parseSize } from "../../base/units.ts";
import type { SessionLimits } from "../policy.ts";
import { attempt, readCount, readMap, readString, type Field, type FileReader } from "./fields.ts";

export const limitKeys = ["duration", "requests", "upload", "requests_per_minute"] as const;
/** Highest count that a limit may name */
export const maxLimitCount = 1_000_000_000;

/** Reads the mapping below `limits:`. Problems are reported to the reader. */
export function parseLimits(reader: FileReader, field: Field): SessionLimits {
  const fields = readMap(reader, field, limitKeys);
  if (fields === undefined) return {};
  const durationMs = readWith(reader, fields.duration, parseDuration);
  const uploadBytes = readWith(reader, fields.upload, parseSize);
  const requests = fields.requests && readCount(reader, fields.requests, maxLimitCount);
  const perMinute =
    fields.requests_per_minute && readCount(reader, fields.requests_per_minute, maxLimitCount);
  return {
    ...given({ durationMs, requests, uploadBytes, requestsPerMinute: perMinute }),
  };
}

function readWith(
  reader: FileReader,
  field: Field | undefined,
  parse: (text: string) => number,
): number | undefined {
  if (field === undefined) return undefined;
  const text = readString(reader, field);
  return text === undefined ? undefined : attempt(reader, field, () => parse(text));
}
