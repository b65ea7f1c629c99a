import { type OperationName, type Stack, toCommands } from "./stack.ts";

const java = (
  name: string,
  text: string,
  options: {
    readonly jars?: Readonly<Record<string, readonly string[]>>;
    readonly names?: readonly OperationName[];
  } = {},
): Stack => {
  const { jars = {}, names = ["get", "post", "stream"] } = options;
  const className = /public class (\w+)/.exec(text)?.[1] ?? "";
  const folder = `/tmp/java-${className}`;
  const path = Object.values(jars)
    .flat()
    .map((jar) => `/usr/share/java/${jar}.jar`);
  const classes = [folder, ...path].join(":");
  return {
    name: `Java ${name}`,
    debian: ["default-jdk-headless", ...Object.keys(jars)],
    file: { path: `${className}.java`, text },
    setup: `javac -nowarn -d ${folder} -cp ${classes} ${className}.java`,
    ...toCommands(`java -XX:TieredStopAtLevel=1 -cp ${classes} ${className}`, names),
  };
};

const httpCore4 = ["httpclient", "httpcore", "commons-logging", "commons-codec"];
const httpCore5 = ["httpclient5", "httpcore5", "httpcore5-h2", "slf4j-api", "commons-codec"];
export const javaStacks: readonly Stack[] = [
  java(
    "HttpClient",
    `import java.net.*;
import java.net.http.*;
import java.util.concurrent.*;
public class HttpClientProgram {
  public static void main(String[] a) throws Exception {
    HttpClient c = HttpClient.newBuilder().proxy(ProxySelector.getDefault()).build();
    if (a[0].equals("websocket")) {
      CountDownLatch done = new CountDownLatch(1);
      WebSocket w = c.newWebSocketBuilder().buildAsync(URI.create(a[1]), new WebSocket.Listener() {
        public CompletionStage<?> onText(WebSocket w, CharSequence text, boolean last) {
          System.out.println(text);
          done.countDown();
          return null;
        }
      }).join();
      w.sendText("hello", true).join();
      done.await();
      System.exit(0);
    }
    HttpRequest.Builder b = HttpRequest.newBuilder(URI.create(a[1]));
    if (a[0].equals("post")) b.POST(HttpRequest.BodyPublishers.ofString("hello"));
    c.send(b.build(), HttpResponse.BodyHandlers.ofLines()).body().forEach(System.out::println);
  }
}
`,
    { names: ["get", "post", "stream", "websocket"] },
  ),
  java(
    "HttpURLConnection",
    `import java.io.*;
import java.net.*;
public class UrlConnectionProgram {
  public static void main(String[] a) throws Exception {
    HttpURLConnection c = (HttpURLConnection) new URL(a[1]).openConnection();
    if (a[0].equals("post")) { c.setDoOutput(true); c.getOutputStream().write("hello".getBytes()); }
    InputStream i = c.getResponseCode() < 400 ? c.getInputStream() : c.getErrorStream();
    new BufferedReader(new InputStreamReader(i)).lines().forEach(System.out::println);
  }
}
`,
  ),
  java(
    "Apache HttpClient 4",
    `import java.io.*;
import org.apache.http.*;
import org.apache.http.client.methods.*;
import org.apache.http.entity.StringEntity;
import org.apache.http.impl.client.*;
public class Apache4Program {
  public static void main(String[] a) throws Exception {
    HttpUriRequest r = a[0].equals("post") ? new HttpPost(a[1]) : new HttpGet(a[1]);
    if (r instanceof HttpPost) ((HttpPost) r).setEntity(new StringEntity("hello"));
    HttpEntity e = HttpClients.createSystem().execute(r).getEntity();
    new BufferedReader(new InputStreamReader(e.getContent())).lines().forEach(System.out::println);
  }
}
`,
    { jars: { "libhttpclient-java": httpCore4 } },
  ),
  java(
    "Apache HttpClient 5",
    `import java.io.*;
import org.apache.hc.client5.http.classic.methods.*;
import org.apache.hc.client5.http.impl.classic.*;
import org.apache.hc.core5.http.*;
import org.apache.hc.core5.http.io.entity.StringEntity;
public class Apache5Program {
  public static void main(String[] a) throws Exception {
    HttpUriRequestBase r = a[0].equals("post") ? new HttpPost(a[1]) : new HttpGet(a[1]);
    if (a[0].equals("post")) r.setEntity(new StringEntity("hello"));
    HttpEntity e = HttpClients.createSystem().executeOpen(null, r, null).getEntity();
    new BufferedReader(new InputStreamReader(e.getContent())).lines().forEach(System.out::println);
  }
}
`,
    { jars: { "libhttpclient5-java": httpCore5, "libslf4j-java": [] } },
  ),
  java(
    "OkHttp",
    `import java.io.*;
import java.util.concurrent.*;
import okhttp3.*;
public class OkHttpProgram {
  public static void main(String[] a) throws Exception {
    OkHttpClient c = new OkHttpClient();
    Request.Builder b = new Request.Builder().url(a[1]);
    if (a[0].equals("websocket")) {
      CountDownLatch done = new CountDownLatch(1);
      WebSocket w = c.newWebSocket(b.build(), new WebSocketListener() {
        public void onMessage(WebSocket w, String text) { System.out.println(text); done.countDown(); }
        public void onFailure(WebSocket w, Throwable t, Response r) { t.printStackTrace(); done.countDown(); }
      });
      w.send("hello");
      done.await();
      System.exit(0);
    }
    if (a[0].equals("post")) b.post(RequestBody.create(MediaType.parse("text/plain"), "hello"));
    Reader r = c.newCall(b.build()).execute().body().charStream();
    new BufferedReader(r).lines().forEach(System.out::println);
    System.exit(0);
  }
}
`,
    {
      jars: { "libokhttp-java": ["okhttp"], "libokio-java": ["okio"] },
      names: ["get", "post", "stream", "websocket"],
    },
  ),
];
