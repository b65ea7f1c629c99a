import { expect, test } from "vitest";
import { toTemporary } from "../../../../src/sandbox/mounts/temporary-mounts.ts";

const usual = ["/tmp", "/var/tmp", "/run"];

function pathsOf(volumes: readonly string[], mounted: readonly string[] = ["/home", "/work"]) {
  return Object.keys(toTemporary(volumes, mounted, "/home/agent")).toSorted();
}

test.each([["/data"], ["/data/"], ["//data"], ["/data/."], ["/other/../data"], ["data"]])(
  "a volume that an image spells %s is an empty folder in memory at /data",
  (volume) => {
    expect(pathsOf([volume])).toEqual(["/data", ...usual].toSorted());
  },
);

test("two spellings of one volume are one", () => {
  expect(pathsOf(["/data", "/data/", "/data/x/.."])).toEqual(["/data", ...usual].toSorted());
});

test.each([["/work/"], ["/work"], ["/x/../work"], ["/home/"], ["/tmp/"], ["/run/."]])(
  "a volume %s, where something is mounted anyway, changes nothing",
  (volume) => {
    expect(pathsOf([volume])).toEqual(usual.toSorted());
    expect(toTemporary([volume], ["/home", "/work"], "/home/agent")["/tmp"]).toContain(
      "size=2147483648",
    );
  },
);

test.each([
  ["/"],
  ["/proc/x"],
  ["/sys/"],
  ["/dev"],
  ["/run/vaultbox/ca.pem"],
  ["/run/x/../vaultbox/"],
  ["/home/agent/"],
])(
  "a volume %s, where a sandbox has something else, is a reason to use another image",
  (volume) => {
    expect(() => toTemporary([volume], ["/home", "/work"], "/home/agent")).toThrow(
      /^the image declares a volume at "[^"]+", where a sandbox has something else$/,
    );
  },
);

test("shared memory may be a volume", () => {
  expect(pathsOf(["/dev/shm/"])).toContain("/dev/shm");
});
