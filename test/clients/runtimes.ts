import { type OperationName, type Stack, toCommands, toFileName } from "./stack.ts";

interface Program {
  readonly run: string;
  readonly extension: string;
  readonly debian: readonly string[];
  readonly text: string;
  readonly names?: readonly OperationName[];
}

const program = (
  name: string,
  { run, extension, debian, text, names = ["get", "post", "stream"] }: Program,
): Stack => {
  const path = toFileName(name, extension);
  return { name, debian, file: { path, text }, ...toCommands(`${run} ${path}`, names) };
};

const lua = (name: string, debian: readonly string[], text: string): Stack =>
  program(name, {
    // The one that Debian's lua-http has all its parts for
    run: "lua5.1",
    extension: "lua",
    debian: ["lua5.1", ...debian],
    text: `local op, url = arg[1], arg[2]\nio.stdout:setvbuf("no")\n${text}`,
  });

const r = (
  name: string,
  debian: readonly string[],
  text: string,
  names?: Program["names"],
): Stack =>
  program(name, {
    run: "Rscript",
    extension: "R",
    debian: ["r-base-core", ...debian],
    text: `a <- commandArgs(TRUE); op <- a[1]; url <- a[2]
show <- function(piece) { cat(rawToChar(piece)); flush(stdout()) }
${text}`,
    ...(names === undefined ? {} : { names }),
  });

export const runtimeStacks: readonly Stack[] = [
  lua(
    "Lua lua-http",
    ["lua-http"],
    `local r = require("http.request").new_from_uri(url)
if op == "post" then
  r.headers:upsert(":method", "POST")
  r:set_body("hello")
end
local _, stream = assert(r:go(60))
for piece in stream:each_chunk() do io.write(piece) end
`,
  ),
  lua(
    "Lua LuaSec",
    ["lua-sec", "lua-socket"],
    `local ltn12 = require("ltn12")
local sent = op == "post" and "hello" or nil
assert(require("ssl.https").request {
  url = url,
  method = sent and "POST" or "GET",
  source = sent and ltn12.source.string(sent),
  headers = sent and { ["content-length"] = #sent, ["content-type"] = "text/plain" },
  sink = function(piece) io.write(piece or ""); return 1 end,
})
`,
  ),
  r(
    "R curl",
    ["r-cran-curl"],
    `h <- curl::new_handle()
if (op == "post") curl::handle_setopt(h, postfields = "hello")
invisible(curl::curl_fetch_stream(url, show, handle = h))
`,
  ),
  r(
    "R httr",
    ["r-cran-httr"],
    `if (op == "stream") invisible(httr::GET(url, httr::write_stream(function(piece) { show(piece); length(piece) }))) else {
  x <- if (op == "post") httr::POST(url, body = "hello") else httr::GET(url)
  cat(httr::content(x, "text", encoding = "UTF-8"))
}
`,
  ),
  program("Erlang httpc", {
    run: "escript",
    extension: "escript",
    debian: ["erlang-base", "erlang-inets", "erlang-ssl", "erlang-public-key"],
    text: `#!/usr/bin/env escript
main([Op, Url]) ->
    {ok, _} = application:ensure_all_started(ssl),
    {ok, _} = application:ensure_all_started(inets),
    Options = [{ssl, [{verify, verify_peer}, {cacerts, public_key:cacerts_get()},
        {customize_hostname_check, [{match_fun, public_key:pkix_verify_hostname_match_fun(https)}]}]}],
    Request = case Op of "post" -> {Url, [], "text/plain", "hello"}; _ -> {Url, []} end,
    Method = case Op of "post" -> post; _ -> get end,
    {ok, {_, _, Body}} = httpc:request(Method, Request, Options, []),
    io:put_chars(Body).
`,
    names: ["get", "post"],
  }),
  program("Elixir httpc", {
    run: "elixir",
    extension: "exs",
    debian: ["elixir", "erlang-inets", "erlang-ssl", "erlang-public-key"],
    text: `[op, url] = System.argv()
{:ok, _} = Application.ensure_all_started(:ssl)
{:ok, _} = Application.ensure_all_started(:inets)
match = :public_key.pkix_verify_hostname_match_fun(:https)
ssl = [verify: :verify_peer, cacerts: :public_key.cacerts_get(), customize_hostname_check: [match_fun: match]]
url = String.to_charlist(url)
{method, request} = if op == "post", do: {:post, {url, [], 'text/plain', "hello"}}, else: {:get, {url, []}}
{:ok, {_, _, body}} = :httpc.request(method, request, [ssl: ssl], [])
IO.write(body)
`,
    names: ["get", "post"],
  }),
];
