import fc from "fast-check";
import { expect, test } from "vitest";
import { classifyAddress, isDialable } from "../../../src/base/address-class.ts";

test.each([
  ["8.8.8.8", "public"],
  ["2606:4700::1111", "public"],
  ["::ffff:8.8.8.8", "public"],
  ["64:ff9b::808:808", "public"],
  ["127.0.0.1", "loopback"],
  ["127.255.255.254", "loopback"],
  ["::1", "loopback"],
  ["0:0:0:0:0:0:0:1", "loopback"],
  ["::ffff:127.0.0.1", "loopback"],
  ["::ffff:7f00:1", "loopback"],
  ["::127.0.0.1", "loopback"],
  ["::ffff:0:127.0.0.1", "loopback"],
  ["64:ff9b::7f00:1", "loopback"],
  ["64:ff9b:1::7f00:1", "loopback"],
  ["2002:7f00:1::", "loopback"],
  ["2001:0:7f00:1::f7f7:f7f7", "loopback"],
  ["2001:0:808:808::80ff:fffe", "loopback"],
  ["2606:4700::5efe:7f00:1", "loopback"],
  ["10.0.0.1", "private"],
  ["172.16.0.1", "private"],
  ["172.31.255.255", "private"],
  ["192.168.1.1", "private"],
  ["::ffff:192.168.1.1", "private"],
  ["fc00::1", "private"],
  ["fdff::1", "private"],
  ["169.254.1.1", "link-local"],
  ["fe80::1", "link-local"],
  ["fec0::1", "link-local"],
  ["169.254.169.254", "metadata"],
  ["::ffff:169.254.169.254", "metadata"],
  ["64:ff9b::a9fe:a9fe", "metadata"],
  ["169.254.170.2", "metadata"],
  ["168.63.129.16", "metadata"],
  ["100.100.100.200", "metadata"],
  ["192.0.0.192", "metadata"],
  ["fd00:ec2::254", "metadata"],
  ["fd00:0ec2:0:0::0254", "metadata"],
  ["fd20:ce::254", "metadata"],
  ["100.64.0.1", "cgnat"],
  ["100.127.255.255", "cgnat"],
  ["224.0.0.1", "multicast"],
  ["ff02::1", "multicast"],
  ["0.0.0.0", "unspecified"],
  ["0.1.2.3", "unspecified"],
  ["::", "unspecified"],
  ["255.255.255.255", "reserved"],
  ["240.0.0.1", "reserved"],
  ["192.0.2.1", "reserved"],
  ["198.18.0.1", "reserved"],
  ["192.88.99.1", "reserved"],
  ["2001:db8::1", "reserved"],
  ["2002:808:808::", "reserved"],
  ["::8.8.8.8", "reserved"],
  ["4000::1", "reserved"],
  ["5f00::1", "reserved"],
  ["fe80::1%eth0", "invalid"],
  ["0x7f.0.0.1", "invalid"],
  ["127.1", "invalid"],
  ["2130706433", "invalid"],
  ["localhost", "invalid"],
  ["", "invalid"],
])("%s is %s", (address, expected) => {
  expect(classifyAddress(address)).toBe(expected);
  expect(isDialable(address)).toBe(expected === "public");
});

test("an address has one class in text and in bytes, also inside a mapped address", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes) => {
      const text = bytes.join(".");
      const expected = classifyAddress(text);
      expect(classifyAddress(bytes)).toBe(expected);
      expect(classifyAddress(`::ffff:${text}`)).toBe(expected);
      expect(classifyAddress(`64:ff9b::${text}`)).toBe(expected);
    }),
    { numRuns: 2_000 },
  );
});
