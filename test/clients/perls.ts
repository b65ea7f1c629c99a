import { type OperationName, type Stack, toCommands, toFileName } from "./stack.ts";

const perl = (
  name: string,
  debian: readonly string[],
  body: string,
  names: readonly OperationName[] = ["get", "post", "stream"],
): Stack => {
  const path = toFileName(name, "pl");
  const text = `my ($op, $url) = @ARGV;\n$| = 1;\n${body}`;
  const commands = toCommands(`perl ${path}`, names);
  return { name: `Perl ${name}`, debian, file: { path, text }, ...commands };
};

export const perlStacks: readonly Stack[] = [
  perl(
    "LWP",
    ["libwww-perl", "liblwp-protocol-https-perl"],
    `use LWP::UserAgent;
my $ua = LWP::UserAgent->new(env_proxy => 1);
if ($op eq "stream") { $ua->get($url, ":content_cb" => sub { print $_[0] }); exit }
my $r = $op eq "post" ? $ua->post($url, Content => "hello") : $ua->get($url);
print $r->decoded_content, "\\n";
`,
  ),
  perl(
    "HTTP::Tiny",
    ["libio-socket-ssl-perl"],
    `use HTTP::Tiny;
my $ua = HTTP::Tiny->new;
if ($op eq "stream") { $ua->get($url, { data_callback => sub { print $_[0] } }); exit }
my $r = $op eq "post" ? $ua->post($url, { content => "hello" }) : $ua->get($url);
print $r->{content}, "\\n";
`,
  ),
  perl(
    "Mojo::UserAgent",
    ["libmojolicious-perl", "libio-socket-ssl-perl"],
    `use Mojo::UserAgent;
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
if ($op eq "stream") {
  my $tx = $ua->build_tx(GET => $url);
  $tx->res->content->unsubscribe("read")->on(read => sub { print $_[1] });
  $ua->start($tx);
  exit;
}
my $tx = $op eq "post" ? $ua->post($url => "hello") : $ua->get($url);
my $r = eval { $tx->result } or die "$@";
print $r->body, "\\n";
`,
    ["get", "post", "stream", "websocket"],
  ),
];
