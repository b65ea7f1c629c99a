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

interface ResourceRow extends Pick<ResourceHeader, "form" | "use"> {
  /** Folded, with spaces between */
  readonly names: string;
  readonly source: string;
}

const rows: readonly ResourceRow[] = [
  { names: "destination", form: "destination", use: "write", source: "RFC 4918 section 10.3" },
  { names: "if", form: "tagged-list", use: "read", source: "RFC 4918 section 10.4" },
  {
    names: "upload-concat",
    form: "list",
    use: "read",
    source: "https://tus.io/protocols/resumable-upload#concatenation",
  },
  {
    names: "x-amz-copy-source",
    form: "bucket",
    use: "read",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html",
  },
  {
    names: "x-amz-rename-source",
    form: "opaque",
    use: "move",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/API/API_RenameObject.html",
  },
  {
    names: "x-goog-copy-source",
    form: "bucket",
    use: "read",
    source: "https://cloud.google.com/storage/docs/xml-api/put-object-copy",
  },
  {
    names: "x-oss-copy-source",
    form: "bucket",
    use: "read",
    source: "https://www.alibabacloud.com/help/en/oss/developer-reference/copyobject",
  },
  {
    names: "x-oss-symlink-target",
    form: "opaque",
    use: "read",
    source: "https://www.alibabacloud.com/help/en/oss/developer-reference/putsymlink",
  },
  {
    names: "x-cos-copy-source",
    form: "bucket",
    use: "read",
    source: "https://www.tencentcloud.com/document/product/436/10881",
  },
  {
    names: "x-obs-copy-source",
    form: "bucket",
    use: "read",
    source: "https://support.huaweicloud.com/intl/en-us/api-obs/obs_04_0082.html",
  },
  {
    names: "x-bce-copy-source",
    form: "bucket",
    use: "read",
    source: "https://cloud.baidu.com/doc/BOS/s/Lkc5p9g3w-en",
  },
  {
    names: "x-ms-copy-source",
    form: "url",
    use: "read",
    source: "https://learn.microsoft.com/rest/api/storageservices/copy-blob-from-url",
  },
  {
    names: "x-ms-rename-source x-ms-file-rename-source",
    form: "url",
    use: "move",
    source: "https://learn.microsoft.com/rest/api/storageservices/datalakestoragegen2/path/create",
  },
  {
    names: "x-copy-from x-symlink-target",
    form: "container",
    use: "read",
    source: "https://docs.openstack.org/api-ref/object-store/",
  },
  {
    names: "x-copy-from-account destination-account x-symlink-target-account x-object-manifest",
    form: "opaque",
    use: "read",
    source: "https://docs.openstack.org/api-ref/object-store/",
  },
];

const documented: ReadonlyMap<string, ResourceHeader> = new Map(
  rows.flatMap(({ names, form, use }) =>
    names.split(" ").map((name) => [name, { name, form, use }] as const),
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
