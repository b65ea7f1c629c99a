import { expect, test } from "vitest";
import { filterMark, toSeccompProfile } from "../../../../src/engine/seccomp/seccomp-profile.ts";

interface Rule {
  readonly names: readonly string[];
  readonly action: string;
  readonly errnoRet?: number;
  readonly args?: readonly { index: number; value: number; op: string }[];
}

const profile = JSON.parse(toSeccompProfile()) as {
  readonly defaultAction: string;
  readonly syscalls: readonly Rule[];
};
const find = (name: string): readonly Rule[] =>
  profile.syscalls.filter(({ names }) => names.includes(name));

test("what no rule names is refused", () => {
  expect(profile.defaultAction).toBe("SCMP_ACT_ERRNO");
});

const never = `add_key bpf fanotify_init fsconfig fsmount fsopen fspick init_module kcmp kexec_load keyctl
  memfd_secret mount mount_setattr move_mount open_by_handle_at open_tree perf_event_open pidfd_getfd pivot_root
  quotactl reboot request_key setns swapon syslog umount2 unshare userfaultfd vm86`;

test.each(never.split(/\s+/))("no rule names %s, which an agent never needs", (name) => {
  expect(find(name)).toEqual([]);
});

test.each(["io_uring_setup", "io_uring_enter", "io_uring_register", "clone3", "socketcall"])(
  "io_uring, clone3 and socketcall answer as if the kernel didn't have them, so that programs take the older way: %j",
  (name) => {
    expect(find(name).map(({ action, errnoRet }) => [action, errnoRet])).toEqual([
      ["SCMP_ACT_ERRNO", 38],
    ]);
  },
);

test("A socket's family is always looked at, and there are four of them", () => {
  const rules = [...find("socket"), ...find("socketpair")];
  const families = rules.map(({ args = [] }) => args.find(({ index }) => index === 0));
  expect(new Set(families.map((condition) => condition?.op))).toEqual(new Set(["SCMP_CMP_EQ"]));
  expect(new Set(families.map((condition) => condition?.value))).toEqual(new Set([1, 2, 10, 16]));
});

test("The mark is a process id that Linux never gives", () => {
  expect(filterMark).toBeGreaterThan(2 ** 22);
  expect(filterMark).toBeLessThan(2 ** 31);
});

test("No call has both an unconditional and a conditional rule, which a runtime would merge into the wider one", () => {
  const plain = profile.syscalls.filter(({ args }) => args === undefined);
  const names = plain.flatMap((rule) => rule.names);
  expect(new Set(names).size).toBe(names.length);
  const conditional = profile.syscalls.filter(({ args }) => args !== undefined);
  for (const name of conditional.flatMap((rule) => rule.names)) expect(names).not.toContain(name);
});
