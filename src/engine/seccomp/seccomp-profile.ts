import { absentCalls, processorCalls, systemCalls } from "./system-calls.ts";

/** A rule in the profile format of Docker and Podman; a rule whose conditions all hold allows, or answers `errnoRet`. */
interface SeccompRule {
  readonly names: readonly string[];
  readonly action: "SCMP_ACT_ALLOW" | "SCMP_ACT_ERRNO";
  readonly errnoRet?: number;
  readonly args?: readonly SeccompCondition[];
  readonly includes?: { readonly arches?: readonly string[]; readonly minKernel?: string };
}

interface SeccompCondition {
  /** Which argument, from 0 */
  readonly index: number;
  readonly value: number;
  readonly valueTwo?: number;
  readonly op: "SCMP_CMP_EQ" | "SCMP_CMP_NE" | "SCMP_CMP_MASKED_EQ";
}

/**
 * A number that no process has (Linux' own limit is 4,194,304). In a container with this profile `kill -0` of it
 * succeeds, anywhere else it fails: a shell without any other program sees from inside that the profile is in force.
 */
export const filterMark = 0x76_62_6f_78;

/** linux/socket.h, linux/netlink.h and linux/in.h */
const family = { unix: 1, inet: 2, inet6: 10, netlink: 16 } as const;
const netlinkRoute = 0;
const internetProtocols = { any: 0, icmp: 1, tcp: 6, udp: 17, icmp6: 58, mptcp: 262 } as const;
/** linux/personality.h: as it is, 32-bit, an old version's number, both, and the question */
const personalities = [0, 0x8, 0x2_0000, 0x2_0008, 0xff_ff_ff_ff];
/** linux/sched.h: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET */
const namespaceFlags = 0x7e_02_00_00;
const noSuchCall = 38;

/** The profile as the engine's API takes it, JSON. Its default, EPERM, is for what no rule names. */
export function toSeccompProfile(): string {
  return JSON.stringify({
    defaultAction: "SCMP_ACT_ERRNO",
    // Without x32: a third way to number the same calls, which no program of a distribution uses
    archMap: [
      { architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X86"] },
      { architecture: "SCMP_ARCH_AARCH64", subArchitectures: ["SCMP_ARCH_ARM"] },
    ],
    syscalls: toRules(),
  });
}

function toRules(): readonly SeccompRule[] {
  return [
    allow(systemCalls),
    ...(["amd64", "arm64"] as const).map((arch) => ({
      ...allow(processorCalls[arch]),
      includes: { arches: arch === "arm64" ? ["arm", "arm64"] : ["amd64", "x86"] },
    })),
    { names: absentCalls, action: "SCMP_ACT_ERRNO", errnoRet: noSuchCall },
    // For debuggers; older kernels let a traced process past its filter
    {
      ...allow(["process_vm_readv", "process_vm_writev", "ptrace"]),
      includes: { minKernel: "4.8" },
    },
    ...socketRules(),
    ...personalities.map((value) => allow(["personality"], [equals(0, value)])),
    allow(["clone"], [{ index: 0, value: namespaceFlags, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ" }]),
    allow(["kill"], [{ index: 0, value: filterMark, op: "SCMP_CMP_NE" }]),
    { names: ["kill"], action: "SCMP_ACT_ERRNO", errnoRet: 0, args: [equals(0, filterMark)] },
  ];
}

/** Families that the network namespace holds back, in the protocols that need no module of the kernel's. */
function socketRules(): readonly SeccompRule[] {
  const internet = [family.inet, family.inet6].flatMap((one) =>
    Object.values(internetProtocols).map((protocol) =>
      allow(["socket"], [equals(0, one), equals(2, protocol)]),
    ),
  );
  return [
    allow(["socket", "socketpair"], [equals(0, family.unix)]),
    allow(["socket"], [equals(0, family.netlink), equals(2, netlinkRoute)]),
    ...internet,
  ];
}

function allow(names: readonly string[], args?: readonly SeccompCondition[]): SeccompRule {
  return { names, action: "SCMP_ACT_ALLOW", ...(args === undefined ? {} : { args }) };
}

function equals(index: number, value: number): SeccompCondition {
  return { index, value, op: "SCMP_CMP_EQ" };
}
