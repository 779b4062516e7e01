/** Counts what an S3 server sends in answer to reads. */
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

export interface CountingProxy {
  /** What `AWS_ENDPOINT_URL` must hold. */
  endpoint: string;
  /** Bytes of bodies sent for GET since the last `reset`, by whether the key is that of a data object. */
  read: () => { data: number; other: number };
  reset: () => void;
  close: () => Promise<void>;
}

/** Starts it before `target`, an http endpoint; signatures stay valid, as the host that was signed is passed on. */
export async function startCountingProxy(target: string): Promise<CountingProxy> {
  const { hostname, port } = new URL(target);
  let counts = { data: 0, other: 0 };
  const server = createServer((message, response) => {
    const { method, url, headers } = message;
    const isData = /^\/[^/]+\/dumps\//.test(url ?? "") && !(url ?? "").includes("list-type");
    const onward = request({ hostname, port, method, path: url, headers, agent: false }, (back) => {
      response.writeHead(back.statusCode!, back.headers);
      if (method === "GET") back.on("data", (chunk: Buffer) => (counts[isData ? "data" : "other"] += chunk.length));
      back.pipe(response);
    });
    onward.on("error", () => message.socket.destroy());
    response.on("close", () => !response.writableFinished && onward.destroy());
    message.pipe(onward);
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    read: () => ({ ...counts }),
    reset: () => {
      counts = { data: 0, other: 0 };
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
