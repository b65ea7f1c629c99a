/** One thing that `doctor` looked at. */
export interface HealthCheck {
  readonly name: string;
  /** `warn`: works, but not as it should; `fail`: `vaultbox run` won't work */
  readonly status: "ok" | "warn" | "fail";
  /** What was found */
  readonly detail: string;
  /** What to do about it; absent when it's ok */
  readonly hint?: string;
}

export function ok(name: string, detail: string): HealthCheck {
  return { name, status: "ok", detail };
}

export function warn(name: string, detail: string, hint: string): HealthCheck {
  return { name, status: "warn", detail, hint };
}

export function fail(name: string, detail: string, hint: string): HealthCheck {
  return { name, status: "fail", detail, hint };
}
