import { expect, test } from "vitest";
import { proxyLimits } from "../../../../src/proxy/limits.ts";
import { RefusedTunnels } from "../../../../src/proxy/client/refused-tunnels.ts";

const { refusedTunnels, refusedTunnelBurst, refusedTunnelsPerSecond } = proxyLimits;

test("so many are open at one time, and each place is given back once", () => {
  const tunnels = new RefusedTunnels(() => 0);
  const places = Array.from({ length: refusedTunnels }, () => tunnels.enter());
  expect(places.every((place) => place !== undefined)).toBe(true);
  expect(tunnels.enter()).toBeUndefined();
  places[0]?.[Symbol.dispose]();
  places[0]?.[Symbol.dispose]();
  expect(tunnels.enter()).toBeDefined();
  expect(tunnels.enter()).toBeUndefined();
});

test("after a burst there are so many in a second, however short each is open", () => {
  let now = 0;
  const tunnels = new RefusedTunnels(() => now);
  const openedNow = (): number => {
    let opened = 0;
    for (let index = 0; index < 1000; index++) {
      const place = tunnels.enter();
      if (place !== undefined) opened += 1;
      place?.[Symbol.dispose]();
    }
    return opened;
  };
  expect(openedNow()).toBe(refusedTunnelBurst);
  now += 1000;
  expect(openedNow()).toBe(refusedTunnelsPerSecond);
  now += 3_600_000;
  expect(openedNow()).toBe(refusedTunnelBurst);
});
