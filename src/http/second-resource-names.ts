import { toWords } from "../base/words.ts";
import type { OtherPath } from "./other-path.ts";

/** A header that names a second resource. */
export interface ResourceHeader {
  /** Folded, which is the only spelling that passes */
  readonly name: string;
  /**
   * How its value names the resource: a URL or path; the same, or Swift's or CouchDB's way; WebDAV's `<URL> (condition)`;
   * tus' `final;URL URL`; `bucket/key`; Swift's `container/object`; or in a way that the request alone doesn't tell
   */
  readonly form: "url" | "destination" | "tagged-list" | "list" | "bucket" | "container" | "opaque";
  readonly use: OtherPath["use"];
}

type ResourceRow = readonly [
  form: ResourceHeader["form"],
  use: ResourceHeader["use"],
  names: string,
];

const rows: readonly ResourceRow[] = [
  // RFC 4918 sections 10.3 and 10.4
  ["destination", "write", "destination"],
  ["tagged-list", "read", "if"],
  // https://tus.io/protocols/resumable-upload#concatenation
  ["list", "read", "upload-concat"],
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
  ["bucket", "read", "x-amz-copy-source"],
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_RenameObject.html
  ["opaque", "move", "x-amz-rename-source"],
  // https://cloud.google.com/storage/docs/xml-api/put-object-copy
  ["bucket", "read", "x-goog-copy-source"],
  // https://www.alibabacloud.com/help/en/oss/developer-reference/copyobject
  ["bucket", "read", "x-oss-copy-source"],
  // https://www.alibabacloud.com/help/en/oss/developer-reference/putsymlink
  ["opaque", "read", "x-oss-symlink-target"],
  // https://www.tencentcloud.com/document/product/436/10881
  ["bucket", "read", "x-cos-copy-source"],
  // https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0082.html
  ["bucket", "read", "x-obs-copy-source"],
  // https://cloud.baidu.com/doc/BOS/s/Lkc5p9g3w-en
  ["bucket", "read", "x-bce-copy-source"],
  // https://learn.microsoft.com/rest/api/storageservices/copy-blob-from-url
  ["url", "read", "x-ms-copy-source"],
  // https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/create
  ["url", "move", "x-ms-rename-source x-ms-file-rename-source"],
  // https://docs.openstack.org/api-ref/object-store/
  ["container", "read", "x-copy-from x-symlink-target"],
  [
    "opaque",
    "read",
    "x-copy-from-account destination-account x-symlink-target-account x-object-manifest",
  ],
];

const documented: ReadonlyMap<string, ResourceHeader> = new Map(
  rows.flatMap(([form, use, names]) =>
    toWords(names).map((name) => [name, { name, form, use }] as const),
  ),
);

// Other stores' headers are built from the same words (QingStor's X-QS-Move-Source, NetEase's, UPYUN's)
const sourceWords = /-(copy|move|rename|fetch)-(?:source|from)(?:-(?:url|uri|path|key|object))?$/;
const linkWords = /-(?:symlink|link|copy|move|rename)-(?:target|destination|to)$/;

/** @param name folded (`foldHeaderName`) */
export function findResourceHeader(name: string): ResourceHeader | undefined {
  const known = documented.get(name);
  if (known !== undefined) return known;
  const verb = sourceWords.exec(name)?.[1];
  if (verb !== undefined) {
    const removes = verb === "move" || verb === "rename";
    return { name, form: "bucket", use: removes ? "move" : "read" };
  }
  return linkWords.test(name) ? { name, form: "opaque", use: "read" } : undefined;
}
