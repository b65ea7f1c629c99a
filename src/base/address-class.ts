import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** What an address is for; only `public` is dialled without the user's own word. */
export type AddressClass =
  | "public"
  | "loopback"
  | "private"
  | "link-local"
  | "metadata"
  | "cgnat"
  | "multicast"
  | "unspecified"
  | "reserved"
  | "invalid";

/**
 * Addresses at which a cloud's metadata or agent service answers, wherever their range is. Vendor pages: AWS (169.254.169.254,
 * fd00:ec2::254, ECS 169.254.170.2, EKS 169.254.170.23 and fd00:ec2::23), GCP (fd20:ce::254), Azure (168.63.129.16,
 * which is in a public range), Alibaba (100.100.100.200), Oracle (192.0.0.192), Scaleway (169.254.42.42, fd00:42::42).
 */
const metadataAddresses: ReadonlySet<string> = new Set([
  "169.254.169.254",
  "169.254.170.2",
  "169.254.170.23",
  "169.254.42.42",
  "168.63.129.16",
  "100.100.100.200",
  "192.0.0.192",
  "fd00:ec2::254",
  "fd00:ec2::23",
  "fd20:ce::254",
  "fd00:42::42",
]);

/**
 * Classifies an address by its bytes, never by its spelling. An IPv4 address inside an IPv6 address (mapped, compatible,
 * NAT64, SIIT, 6to4, Teredo, ISATAP) decides the class if it isn't public; public ones pass only in the mapped and
 * NAT64 forms, the others are obsolete tunnels. Text that isn't a plain address, a zone included, is `invalid`.
 */
export function classifyAddress(address: string | Uint8Array): AddressClass {
  const bytes = typeof address === "string" ? toBytes(address) : address;
  if (bytes?.length === 4) return classifyIpv4(bytes);
  if (bytes?.length === 16) return classifyIpv6(bytes);
  return "invalid";
}

/** Whether a server that the user means can be at such an address: then `--connect-to` reaches it. */
export function isOfTheUser(found: AddressClass): boolean {
  return found === "loopback" || found === "private" || found === "cgnat";
}

/** Whether the proxy may dial the address of its own accord. */
export function isDialable(address: string | Uint8Array): boolean {
  return classifyAddress(address) === "public";
}

function toBytes(text: string): Uint8Array | undefined {
  // ipaddr.js reads `0x7f.1` as an address; node's parser reads the standard spellings only
  if (isIP(text) === 0 || text.includes("%")) return undefined;
  // and reads `::1.2.3.4` as `::ffff:1.2.3.4`, so IPv6 goes through the URL parser, which leaves hex groups only
  const plain = isIP(text) === 6 ? new URL(`http://[${text}]/`).hostname.slice(1, -1) : text;
  return Uint8Array.from(ipaddr.parse(plain).toByteArray());
}

function classifyIpv4(bytes: Uint8Array): AddressClass {
  const address = ipaddr.IPv4.parse(bytes.join("."));
  if (metadataAddresses.has(address.toString())) return "metadata";
  switch (address.range()) {
    case "unicast":
      return "public";
    case "loopback":
      return "loopback";
    case "private":
      return "private";
    case "linkLocal":
      return "link-local";
    case "carrierGradeNat":
      return "cgnat";
    case "multicast":
      return "multicast";
    case "unspecified":
      return "unspecified";
    case "reserved":
    case "broadcast":
    case "benchmarking":
    case "as112":
    case "amt":
      return "reserved";
  }
}

function classifyIpv6(bytes: Uint8Array): AddressClass {
  const address = new ipaddr.IPv6([...bytes]);
  if (metadataAddresses.has(address.toRFC5952String())) return "metadata";
  const own = classifyIpv6Range(address, bytes);
  for (const [embedded, usable] of embeddedIpv4(bytes)) {
    const inner = classifyIpv4(embedded);
    if (inner !== "public") return own === "public" || own === "reserved" ? inner : own;
    if (usable) return "public";
  }
  return own;
}

function classifyIpv6Range(address: ipaddr.IPv6, bytes: Uint8Array): AddressClass {
  // The library's type leaves out site-local
  switch (address.range() as string) {
    case "unicast":
      // Global unicast is 2000::/3 alone (RFC 4291 section 2.4, IANA registry); the library calls the rest unicast too
      return bytes[0]! >> 5 === 1 ? "public" : "reserved";
    case "loopback":
      return "loopback";
    case "uniqueLocal":
      return "private";
    case "linkLocal":
    case "deprecatedSiteLocal":
      return "link-local";
    case "multicast":
      return "multicast";
    case "unspecified":
      return "unspecified";
    default:
      return "reserved";
  }
}

/** The IPv4 addresses an IPv6 address carries, and whether a packet to it reaches a public one by itself. */
function embeddedIpv4(bytes: Uint8Array): (readonly [Uint8Array, boolean])[] {
  const groups = Array.from({ length: 8 }, (_, i) => bytes[2 * i]! * 256 + bytes[2 * i + 1]!);
  const [a, b, c, d, e, f, g, h] = groups as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const last = bytes.subarray(12, 16);
  const zeroTo64 = a === 0 && b === 0 && c === 0 && d === 0;
  // RFC 4291 section 2.5.5.2
  if (zeroTo64 && e === 0 && f === 0xffff) return [[last, true]];
  // RFC 4291 section 2.5.5.1, but `::` and `::1` are addresses of their own
  if (zeroTo64 && e === 0 && f === 0 && (g !== 0 || h > 1)) return [[last, false]];
  // RFC 2765 (SIIT)
  if (zeroTo64 && e === 0xffff && f === 0) return [[last, false]];
  // RFC 6052, the well-known prefix; of RFC 8215's local prefix nothing is public
  if (a === 0x64 && b === 0xff9b && c === 0 && d === 0 && e === 0 && f === 0) return [[last, true]];
  if (a === 0x64 && b === 0xff9b && c === 1) return [[last, false]];
  // RFC 3056
  if (a === 0x2002) return [[bytes.subarray(2, 6), false]];
  // RFC 4380: the server, and the client with every bit inverted
  if (a === 0x2001 && b === 0) {
    return [
      [bytes.subarray(4, 8), false],
      [last.map((byte) => byte ^ 0xff), false],
    ];
  }
  // RFC 5214 (ISATAP): the interface identifier says so under any prefix
  if ((e === 0 || e === 0x200) && f === 0x5efe) return [[last, false]];
  return [];
}
