/** A local HTTP server that keeps what it was sent, and answers as it is told: chat, pagers, webhooks, collectors. */
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** An answer; `hang` gives none. */
export type Answer = { status: number; headers?: Record<string, string>; body?: string } | "hang" | "reset";

export interface HttpReceiver {
  /** `http://127.0.0.1:<port>` */
  url: string;
  requests: Received[];
  /** Answers of the next requests, in turn; then 200 for good. */
  answers: Answer[];
  close: () => Promise<void>;
}

export async function startHttpReceiver(): Promise<HttpReceiver> {
  const requests: Received[] = [];
  const answers: Answer[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      requests.push({ method, path: url, headers, body: Buffer.concat(chunks).toString("utf8") });
      const answer = answers.shift() ?? { status: 200, body: "ok" };
      if (answer === "hang") return;
      if (answer === "reset") return void request.socket.destroy();
      // No connection outlives its answer: a later server may get this port.
      response.writeHead(answer.status, { connection: "close", ...answer.headers }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    answers,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
