/** A reverse proxy before an S3 server that refuses, drops or holds chosen requests, as networks and services do. */
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

export type S3Verb = "startUpload" | "uploadPart" | "completeUpload" | "abortUpload" | "putObject" | "other";

export interface S3Call {
  verb: S3Verb;
  /** Bucket and key, decoded, without the first slash. */
  path: string;
  /** Number of the part; 0 where the call is about none. */
  part: number;
  /** Who asks; empty where nobody signed. */
  accessKeyId: string;
  /** Length of what is sent with it. */
  bytes: number;
}

export type Action =
  | "forward"
  /** The connection ends before the server hears of the request. */
  | "drop"
  /** The server does what it was asked; its answer is lost. */
  | "loseAnswer"
  /** Neither an answer nor an end, until `close`. */
  | "stall"
  /** The proxy answers in the server's place. */
  | { status: number; code: string };

export interface S3Proxy {
  /** What `AWS_ENDPOINT_URL` must hold. */
  endpoint: string;
  /** Asked for every request, before anything is forwarded; the request waits for it. Default: forward. */
  rule: (call: S3Call) => Action | Promise<Action>;
  /** Ends every open connection. */
  cut: () => void;
  close: () => Promise<void>;
}

function describe(message: IncomingMessage): S3Call {
  const url = new URL(message.url!, "http://proxy");
  const has = (name: string) => url.searchParams.has(name);
  const verbs: [S3Verb, string, boolean][] = [
    ["startUpload", "POST", has("uploads")],
    ["uploadPart", "PUT", has("partNumber")],
    ["completeUpload", "POST", has("uploadId")],
    ["abortUpload", "DELETE", has("uploadId")],
    ["putObject", "PUT", true],
  ];
  const verb = verbs.find(([, method, fits]) => method === message.method && fits)?.[0] ?? "other";
  return {
    verb,
    path: decodeURIComponent(url.pathname.slice(1)),
    part: Number(url.searchParams.get("partNumber") ?? 0),
    accessKeyId: /Credential=([^/]+)/.exec(message.headers.authorization ?? "")?.[1] ?? "",
    bytes: Number(message.headers["content-length"] ?? 0),
  };
}

function answer(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { "content-type": "application/xml" });
  response.end(`<Error><Code>${code}</Code><Message>by order of the test</Message></Error>`);
}

/** Starts a proxy on 127.0.0.1 that forwards to `target`, an http endpoint; signatures stay valid. */
export async function startS3Proxy(target: string): Promise<S3Proxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const cut = () => sockets.forEach((socket) => socket.destroy());

  const forward = (message: IncomingMessage, response: ServerResponse, isAnswerLost: boolean) => {
    // Node has answered "Expect: 100-continue" already; the server would wait for nothing.
    const headers = { ...message.headers };
    delete headers.expect;
    const onward = request({ hostname, port, method: message.method, path: message.url, headers, agent: false });
    onward.on("response", (back) => {
      if (isAnswerLost) {
        back.resume().on("end", () => message.socket.destroy());
        return;
      }
      response.writeHead(back.statusCode!, back.headers);
      back.pipe(response);
    });
    // The other side is gone: so is this one.
    onward.on("error", () => message.socket.destroy());
    response.on("close", () => !response.writableFinished && onward.destroy());
    message.pipe(onward);
  };
  const handle = async (message: IncomingMessage, response: ServerResponse) => {
    const action = await proxy.rule(describe(message));
    if (action === "forward" || action === "loseAnswer") forward(message, response, action === "loseAnswer");
    else if (action === "drop") message.socket.destroy();
    else if (action === "stall") message.resume();
    else message.resume().on("end", () => answer(response, action.status, action.code));
  };
  const server = createServer((message, response) => void handle(message, response));
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const proxy: S3Proxy = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rule: () => "forward",
    cut,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
  return proxy;
}
