import { type OperationName, type Stack, toCommands, toFileName } from "./stack.ts";

/** A Go program with Debian's packages of Go sources, which are a GOPATH. */
const go = (
  name: string,
  debian: readonly string[],
  { imports, body }: { readonly imports: string; readonly body: string },
  names: readonly OperationName[],
): Stack => {
  const path = toFileName(`go_${name}`, "go");
  const program = `/tmp/${path}.program`;
  const text = `package main

import (
	"fmt"
	"os"
${imports}
)

func main() {
	op, url := os.Args[1], os.Args[2]
${body}
}

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
`;
  return {
    name: `Go ${name}`,
    debian: ["golang-go", ...debian],
    file: { path, text },
    setup: `GO111MODULE=off GOPATH=/usr/share/gocode CGO_ENABLED=0 go build -o ${program} ${path}`,
    ...toCommands(program, names),
  };
};

export const goStacks: readonly Stack[] = [
  go(
    "net/http",
    [],
    {
      imports: `	"io"
	"net/http"
	"strings"`,
      body: `	var r *http.Response
	var err error
	if op == "post" {
		r, err = http.Post(url, "text/plain", strings.NewReader("hello"))
	} else {
		r, err = http.Get(url)
	}
	check(err)
	_, err = io.Copy(os.Stdout, r.Body)
	check(err)`,
    },
    ["get", "post", "stream"],
  ),
  go(
    "resty",
    ["golang-github-go-resty-resty-dev"],
    {
      imports: `	"io"

	"github.com/go-resty/resty"`,
      body: `	request := resty.New().R().SetDoNotParseResponse(op == "stream")
	var r *resty.Response
	var err error
	if op == "post" {
		r, err = request.SetBody("hello").Post(url)
	} else {
		r, err = request.Get(url)
	}
	check(err)
	if op == "stream" {
		_, err = io.Copy(os.Stdout, r.RawBody())
		check(err)
	}
	fmt.Println(r.String())`,
    },
    ["get", "post", "stream"],
  ),
  go(
    "gorilla/websocket",
    ["golang-github-gorilla-websocket-dev"],
    {
      imports: `	"io"

	"github.com/gorilla/websocket"`,
      body: `	_ = op
	w, r, err := websocket.DefaultDialer.Dial(url, nil)
	if r != nil && err != nil {
		_, _ = io.Copy(os.Stdout, r.Body)
	}
	check(err)
	check(w.WriteMessage(websocket.TextMessage, []byte("hello")))
	_, message, err := w.ReadMessage()
	check(err)
	fmt.Println(string(message))`,
    },
    ["websocket"],
  ),
];
