import { readChannelSecret } from "../alerts/channelSecrets";
import { type PostDependencies, send } from "../alerts/post";
import { StageError } from "../errors";
import { writeWhole } from "../wholeFile";
import type { Gauge } from "./samples";

/** Text exposition, format 0.0.4. */
export async function prometheusText(gauges: readonly Gauge[]): Promise<{ text: string; contentType: string }> {
  // Loaded here: most runs of the tool, dumps above all, never need it.
  const { Gauge: PrometheusGauge, Registry } = await import("prom-client");
  const registry = new Registry();
  for (const { name, help, samples } of gauges) {
    const labelNames = [...new Set(samples.flatMap(({ labels }) => Object.keys(labels)))];
    const gauge = new PrometheusGauge({ name, help, labelNames, registers: [registry] });
    for (const { labels, value } of samples) gauge.set({ ...labels }, value);
  }
  return { text: await registry.metrics(), contentType: registry.contentType };
}

/**
 * Writes the file that the textfile collector of node_exporter reads. Whole or not at all: it may read at any moment.
 * @throws StageError `usage` when its name does not end in `.prom`, which the collector would not read, or it can't be written
 */
export async function writePrometheusFile(file: string, gauges: readonly Gauge[]): Promise<void> {
  if (!file.endsWith(".prom")) {
    throw new StageError("metrics", "usage", `${file} does not end in .prom; the textfile collector reads no other`);
  }
  await writeWhole("metrics", file, (await prometheusText(gauges)).text);
}

/**
 * Puts all gauges of a repository to a Pushgateway, in place of those of the last time, so that a database that is gone is gone.
 *
 * @param urlFile holds its URL, without `/metrics`
 * @throws StageError `undelivered`, or `usage` for a bad URL; neither shows it
 */
export async function pushToGateway(
  urlFile: string,
  repository: string,
  gauges: readonly Gauge[],
  dependencies: PostDependencies,
): Promise<void> {
  const base = (await readChannelSecret({ file: urlFile })).replace(/\/+$/, "");
  const { text, contentType } = await prometheusText(gauges);
  // Base64 takes any name; in a plain segment a slash would end it.
  const group = Buffer.from(repository).toString("base64url");
  const url = `${base}/metrics/job/backup321/repository@base64/${group}`;
  const headers = { "content-type": contentType };
  await send({ name: "pushgateway", method: "PUT", url, headers, body: text }, dependencies);
}
