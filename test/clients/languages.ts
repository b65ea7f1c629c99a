import { operations, type Stack } from "./stack.ts";

type Names = readonly ("get" | "post" | "websocket")[];
const usual: Names = ["get", "post"];

function program(
  name: string,
  debian: readonly string[],
  { path, run, text, names = usual }: { path: string; run: string; text: string; names?: Names },
): Stack {
  return { name, debian, file: { path, text }, ...operations(`${run} ${path}`, names) };
}

const ruby = (name: string, gem: string | undefined, body: string): Stack => {
  const path = `${name.replaceAll(/[^a-z0-9]/gi, "_")}_client.rb`;
  const text = `op, url = ARGV\nbody = op == "post" ? "hello" : nil\n${body}`;
  const debian = ["ruby", ...(gem === undefined ? [] : [gem])];
  return program(`Ruby ${name}`, debian, { path, run: "ruby", text });
};

const rubyStacks: readonly Stack[] = [
  ruby(
    "net/http",
    undefined,
    `require "net/http"
u = URI(url)
puts((body ? Net::HTTP.post(u, body) : Net::HTTP.get_response(u)).body)
`,
  ),
  ruby(
    "faraday",
    "ruby-faraday",
    `require "faraday"
puts((body ? Faraday.post(url, body) : Faraday.get(url)).body)
`,
  ),
  ruby(
    "httparty",
    "ruby-httparty",
    `require "httparty"
puts((body ? HTTParty.post(url, body: body) : HTTParty.get(url)).body)
`,
  ),
  ruby(
    "excon",
    "ruby-excon",
    `require "excon"
puts((body ? Excon.post(url, body: body) : Excon.get(url)).body)
`,
  ),
  ruby(
    "rest-client",
    "ruby-rest-client",
    `require "rest-client"
begin
  puts((body ? RestClient.post(url, body) : RestClient.get(url)).body)
rescue RestClient::Exception => e
  puts e.response
end
`,
  ),
  ruby(
    "http.rb",
    "ruby-http",
    `require "http"
puts((body ? HTTP.post(url, body: body) : HTTP.get(url)).to_s)
`,
  ),
];

const perlStacks: readonly Stack[] = [
  program("Perl LWP", ["libwww-perl", "liblwp-protocol-https-perl"], {
    path: "lwp_client.pl",
    run: "perl",
    text: `use LWP::UserAgent;
my ($op, $url) = @ARGV;
my $ua = LWP::UserAgent->new(env_proxy => 1);
my $r = $op eq "post" ? $ua->post($url, Content => "hello") : $ua->get($url);
print $r->decoded_content, "\\n";
`,
  }),
  program("Perl HTTP::Tiny", ["libio-socket-ssl-perl"], {
    path: "tiny_client.pl",
    run: "perl",
    text: `use HTTP::Tiny;
my ($op, $url) = @ARGV;
my $ua = HTTP::Tiny->new;
my $r = $op eq "post" ? $ua->post($url, { content => "hello" }) : $ua->get($url);
print $r->{content}, "\\n";
`,
  }),
  program("Perl Mojo::UserAgent", ["libmojolicious-perl", "libio-socket-ssl-perl"], {
    path: "mojo_client.pl",
    run: "perl",
    names: ["get", "post", "websocket"],
    text: `use Mojo::UserAgent;
my ($op, $url) = @ARGV;
my $ua = Mojo::UserAgent->new;
$ua->proxy->detect;
if ($op eq "websocket") {
  $ua->websocket($url => sub {
    my ($ua, $tx) = @_;
    unless ($tx->is_websocket) { print $tx->res->body, "\\n"; Mojo::IOLoop->stop; return }
    $tx->on(message => sub { print $_[1], "\\n"; $_[0]->finish; Mojo::IOLoop->stop });
    $tx->send("hello");
  });
  Mojo::IOLoop->start;
  exit;
}
my $tx = $op eq "post" ? $ua->post($url => "hello") : $ua->get($url);
my $r = eval { $tx->result } or die "$@";
print $r->body, "\\n";
`,
  }),
];

const phpStacks: readonly Stack[] = [
  program("PHP curl", ["php-cli", "php-curl"], {
    path: "curl_client.php",
    run: "php",
    text: `<?php
[, $op, $url] = $argv;
$c = curl_init($url);
if ($op === "post") curl_setopt($c, CURLOPT_POSTFIELDS, "hello");
curl_setopt($c, CURLOPT_RETURNTRANSFER, true);
echo curl_exec($c) . curl_error($c), "\\n";
`,
  }),
  program("PHP streams", ["php-cli"], {
    path: "stream_client.php",
    run: "php",
    text: `<?php
[, $op, $url] = $argv;
$http = ["ignore_errors" => true];
if ($op === "post") $http += ["method" => "POST", "content" => "hello", "header" => "Content-Type: text/plain"];
echo file_get_contents($url, false, stream_context_create(["http" => $http])), "\\n";
`,
  }),
  program("PHP Guzzle", ["php-cli", "php-curl", "php-guzzlehttp-guzzle"], {
    path: "guzzle_client.php",
    run: "php",
    text: `<?php
require "/usr/share/php/GuzzleHttp/autoload.php";
[, $op, $url] = $argv;
$r = (new GuzzleHttp\\Client(["http_errors" => false]))->request($op === "post" ? "POST" : "GET", $url, $op === "post" ? ["body" => "hello"] : []);
echo $r->getBody(), "\\n";
`,
  }),
];

const compiledStacks: readonly Stack[] = [
  {
    name: "Go net/http",
    debian: ["golang-go"],
    file: {
      path: "client.go",
      text: `package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

func main() {
	var r *http.Response
	var err error
	if os.Args[1] == "post" {
		r, err = http.Post(os.Args[2], "text/plain", strings.NewReader("hello"))
	} else {
		r, err = http.Get(os.Args[2])
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	b, _ := io.ReadAll(r.Body)
	fmt.Println(string(b))
}
`,
    },
    setup: "CGO_ENABLED=0 GOFLAGS=-mod=mod go build -o /tmp/go-client client.go",
    ...operations("/tmp/go-client", usual),
  },
  program("Java HttpClient", ["default-jdk-headless"], {
    path: "Client.java",
    run: "java -XX:TieredStopAtLevel=1",
    text: `import java.net.*;
import java.net.http.*;
public class Client {
  public static void main(String[] a) throws Exception {
    HttpRequest.Builder b = HttpRequest.newBuilder(URI.create(a[1]));
    if (a[0].equals("post")) b.POST(HttpRequest.BodyPublishers.ofString("hello"));
    HttpClient c = HttpClient.newBuilder().proxy(ProxySelector.getDefault()).build();
    System.out.println(c.send(b.build(), HttpResponse.BodyHandlers.ofString()).body());
  }
}
`,
  }),
  program("Java HttpURLConnection", ["default-jdk-headless"], {
    path: "UrlClient.java",
    run: "java -XX:TieredStopAtLevel=1",
    text: `import java.io.*;
import java.net.*;
public class UrlClient {
  public static void main(String[] a) throws Exception {
    HttpURLConnection c = (HttpURLConnection) new URL(a[1]).openConnection();
    if (a[0].equals("post")) { c.setDoOutput(true); c.getOutputStream().write("hello".getBytes()); }
    InputStream i = c.getResponseCode() < 400 ? c.getInputStream() : c.getErrorStream();
    System.out.println(new String(i.readAllBytes()));
  }
}
`,
  }),
];

export const languageStacks: readonly Stack[] = [
  ...rubyStacks,
  ...perlStacks,
  ...phpStacks,
  ...compiledStacks,
];
