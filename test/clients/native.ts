import { type Stack, toCommands, toFileName } from "./stack.ts";

const usual = ["get", "post", "stream"] as const;

/** A Rust program with Debian's packages of crates, which are a folder of sources. */
const rust = (
  name: string,
  {
    debian,
    dependency,
    body,
  }: { readonly debian: string; readonly dependency: string; readonly body: string },
): Stack => {
  const path = toFileName(`rust_${name}`, "rs");
  const folder = `/tmp/rust-${name}`;
  const manifest = `[package]\\nname = "client"\\nversion = "1.0.0"\\nedition = "2021"\\n[dependencies]\\n${dependency}\\n`;
  const sources =
    '[source.crates-io]\\nreplace-with = "debian"\\n[source.debian]\\ndirectory = "/usr/share/cargo/registry"\\n';
  return {
    name: `Rust ${name}`,
    debian: ["cargo", debian, "pkg-config", "libssl-dev"],
    file: { path, text: body },
    setup: [
      `mkdir -p ${folder}/src ${folder}/.cargo && cp ${path} ${folder}/src/main.rs && cd ${folder}`,
      `printf '${manifest}' > Cargo.toml && printf '${sources}' > .cargo/config.toml`,
      "CARGO_PROFILE_DEV_DEBUG=0 cargo build -q --offline",
    ].join(" && "),
    ...toCommands(`${folder}/target/debug/client`, usual),
  };
};

export const nativeStacks: readonly Stack[] = [
  {
    name: "C libcurl",
    debian: ["libcurl4-openssl-dev"],
    file: {
      path: "curl_client.c",
      text: `#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
int main(int n, char **a) {
  setvbuf(stdout, NULL, _IONBF, 0);
  CURL *c = curl_easy_init();
  curl_easy_setopt(c, CURLOPT_URL, a[2]);
  if (strcmp(a[1], "post") == 0) curl_easy_setopt(c, CURLOPT_POSTFIELDS, "hello");
  CURLcode e = curl_easy_perform(c);
  if (e != CURLE_OK) puts(curl_easy_strerror(e));
  return e;
}
`,
    },
    setup: "cc -o /tmp/curl-client curl_client.c -lcurl",
    ...toCommands("/tmp/curl-client", usual),
  },
  rust("reqwest", {
    debian: "librust-reqwest-dev",
    dependency: 'reqwest = { version = "0.11", features = ["blocking"] }',
    body: `use std::io::{copy, stdout};
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let a: Vec<String> = std::env::args().collect();
    let c = reqwest::blocking::Client::new();
    let mut r = if a[1] == "post" { c.post(&a[2]).body("hello").send()? } else { c.get(&a[2]).send()? };
    copy(&mut r, &mut stdout())?;
    Ok(())
}
`,
  }),
  rust("ureq", {
    debian: "librust-ureq-dev",
    dependency: 'ureq = { version = "2", features = ["native-certs"] }',
    body: `use std::io::{copy, stdout};
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let a: Vec<String> = std::env::args().collect();
    let sent = if a[1] == "post" { ureq::post(&a[2]).send_string("hello") } else { ureq::get(&a[2]).call() };
    let r = match sent {
        Err(ureq::Error::Status(_, r)) => r,
        other => other?,
    };
    copy(&mut r.into_reader(), &mut stdout())?;
    Ok(())
}
`,
  }),
];
