import { type Stack, toCommands, toFileName } from "./stack.ts";

const php = (name: string, debian: readonly string[], body: string): Stack => {
  const path = toFileName(name, "php");
  const text = `<?php
[, $op, $url] = $argv;
$isPost = $op === "post";
${body}`;
  return {
    name: `PHP ${name}`,
    debian: ["php-cli", ...debian],
    file: { path, text },
    ...toCommands(`php ${path}`, ["get", "post", "stream"]),
  };
};

export const phpStacks: readonly Stack[] = [
  php(
    "curl",
    ["php-curl"],
    `$c = curl_init($url);
if ($isPost) curl_setopt($c, CURLOPT_POSTFIELDS, "hello");
curl_setopt($c, CURLOPT_WRITEFUNCTION, function ($c, $piece) { echo $piece; return strlen($piece); });
curl_exec($c);
echo curl_error($c), "\\n";
`,
  ),
  php(
    "streams",
    [],
    `$http = ["ignore_errors" => true];
if ($isPost) $http += ["method" => "POST", "content" => "hello", "header" => "Content-Type: text/plain"];
$stream = fopen($url, "r", false, stream_context_create(["http" => $http]));
while (($line = fgets($stream)) !== false) echo $line;
`,
  ),
  php(
    "Guzzle",
    ["php-curl", "php-guzzlehttp-guzzle"],
    `require "/usr/share/php/GuzzleHttp/autoload.php";
$options = ["stream" => $op === "stream"] + ($isPost ? ["body" => "hello"] : []);
$r = (new GuzzleHttp\\Client(["http_errors" => false]))->request($isPost ? "POST" : "GET", $url, $options);
$body = $r->getBody();
while (!$body->eof()) echo GuzzleHttp\\Psr7\\Utils::readLine($body);
`,
  ),
];
