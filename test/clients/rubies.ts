import { type Stack, toCommands, toFileName } from "./stack.ts";

const ruby = (name: string, gem: string | undefined, body: string): Stack => {
  const path = toFileName(`ruby_${name}`, "rb");
  const text = `op, url = ARGV
body = op == "post" ? "hello" : nil
$stdout.sync = true
${body}`;
  return {
    name: `Ruby ${name}`,
    debian: ["ruby", ...(gem === undefined ? [] : [gem])],
    file: { path, text },
    ...toCommands(`ruby ${path}`, ["get", "post", "stream"]),
  };
};

export const rubyStacks: readonly Stack[] = [
  ruby(
    "net/http",
    undefined,
    `require "net/http"
u = URI(url)
Net::HTTP.start(u.host, u.port, use_ssl: true) do |h|
  r = body ? Net::HTTP::Post.new(u) : Net::HTTP::Get.new(u)
  r.body = body
  h.request(r) { |answer| answer.read_body { |piece| print piece } }
end
`,
  ),
  ruby(
    "faraday",
    "ruby-faraday",
    `require "faraday"
if op == "stream"
  Faraday.get(url) { |r| r.options.on_data = proc { |piece, _| print piece } }
else
  puts((body ? Faraday.post(url, body) : Faraday.get(url)).body)
end
`,
  ),
  ruby(
    "httparty",
    "ruby-httparty",
    `require "httparty"
if op == "stream"
  HTTParty.get(url, stream_body: true) { |piece| print piece }
else
  puts((body ? HTTParty.post(url, body: body) : HTTParty.get(url)).body)
end
`,
  ),
  ruby(
    "excon",
    "ruby-excon",
    `require "excon"
if op == "stream"
  Excon.get(url, response_block: ->(piece, _, _) { print piece })
else
  puts((body ? Excon.post(url, body: body) : Excon.get(url)).body)
end
`,
  ),
  ruby(
    "rest-client",
    "ruby-rest-client",
    `require "rest-client"
pieces = proc { |answer| answer.read_body { |piece| print piece } }
begin
  if op == "stream"
    RestClient::Request.execute(method: :get, url: url, block_response: pieces)
  else
    puts((body ? RestClient.post(url, body) : RestClient.get(url)).body)
  end
rescue RestClient::Exception => e
  puts e.response
end
`,
  ),
  ruby(
    "http.rb",
    "ruby-http",
    `require "http"
(body ? HTTP.post(url, body: body) : HTTP.get(url)).body.each { |piece| print piece }
`,
  ),
];
