import { afterAll, beforeAll } from "vitest";
import { proxyLimits } from "../../src/proxy/limits.ts";

/**
 * Other limits of the proxy while the tests of this file run. Files share a process, and with it the modules they have
 * loaded, so `vi.mock` would change nothing that another file has used.
 */
export function changeLimits(changed: Partial<Record<keyof typeof proxyLimits, number>>): void {
  const before = { ...proxyLimits };
  beforeAll(() => void Object.assign(proxyLimits, changed));
  afterAll(() => void Object.assign(proxyLimits, before));
}
