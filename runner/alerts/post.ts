import { StageError } from "../errors";
import { hidden } from "./hidden";

/** One request. */
export interface Post {
  /** Shown in errors, together with the host of `url`. */
  name: string;
  url: string;
  headers?: Readonly<Record<string, string>>;
  /** @default GET without a body, POST with one */
  method?: "PUT";
  body?: string | undefined;
  /** What must not show in any error, beside the parts of `url`. */
  secrets?: readonly string[];
}

/** What a request needs of its surroundings. */
export interface PostDependencies {
  fetch: typeof fetch;
  /** Waits; rejects when the signal is aborted. */
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** 0 to 1, for the spread of retries. */
  random: () => number;
  clock: () => Date;
  signal: AbortSignal;
  /** Of one attempt. @default 10 000 */
  timeoutMs?: number;
}

const ATTEMPTS = 4;
const TIMEOUT_MS = 10_000;
const FIRST_WAIT_MS = 1_000;
/** No attempt begins later than this after the first: whoever called has a retry of its own. */
const BUDGET_MS = 60_000;
const MAX_SHOWN = 200;
const MAX_READ_BYTES = 65_536;

/** Requests that may succeed when they are repeated. */
const isPassing = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/** Milliseconds of a Retry-After header, in seconds or as a date; 0 where there is none. */
export function retryAfterMs(header: string | null, now: Date): number {
  if (header === null) return 0;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? 0 : Math.max(0, at - now.getTime());
}

async function firstText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk as Uint8Array);
    bytes += (chunk as Uint8Array).length;
    if (bytes >= MAX_READ_BYTES) break;
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** What of the cause of a failed fetch is safe to show: its code, or its kind. The message may hold the URL. */
function reasonOf(error: unknown): string {
  const cause = (error as { cause?: { code?: string; name?: string } }).cause;
  if ((error as Error).name === "TimeoutError") return "no answer in time";
  return cause?.code ?? cause?.name ?? (error as Error).name;
}

interface Attempt {
  /** Undefined: it worked. */
  failure?: string;
  /** Whether another attempt may help, and after how long at least. */
  retryAfterMs?: number;
}

async function attempt(post: Post, { fetch, clock, signal, timeoutMs }: PostDependencies): Promise<Attempt> {
  const isGet = post.body === undefined;
  try {
    const response = await fetch(post.url, {
      method: post.method ?? (isGet ? "GET" : "POST"),
      headers: { ...(isGet ? {} : { "content-type": "application/json" }), ...post.headers },
      ...(isGet ? {} : { body: post.body! }),
      // A redirect would carry the secret to another host.
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs ?? TIMEOUT_MS)]),
    });
    if (response.ok) {
      await response.body?.cancel();
      return {};
    }
    const text = hidden(await firstText(response), [post.url, ...(post.secrets ?? [])]);
    const shown = text.replace(/\s+/g, " ").trim().slice(0, MAX_SHOWN);
    const failure = `answered ${response.status}${shown === "" ? "" : `: ${shown}`}`;
    if (!isPassing(response.status)) return { failure };
    return { failure, retryAfterMs: retryAfterMs(response.headers.get("retry-after"), clock()) };
  } catch (error) {
    if (signal.aborted) throw error;
    return { failure: reasonOf(error), retryAfterMs: 0 };
  }
}

function hostOf({ name, url }: Post): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isUsable = parsed?.protocol === "https:" || parsed?.protocol === "http:";
  // Fetch refuses credentials in a URL with an error that shows them.
  if (!parsed || !isUsable || parsed.username !== "" || parsed.password !== "") {
    throw new StageError(name, "usage", "its secret is no http or https URL without user and password; store the URL");
  }
  return parsed.host;
}

/**
 * Sends one request: up to 4 attempts within a minute, with growing waits, on 408, 429, 5xx and a broken network. A Retry-After
 * is honoured; one that does not fit ends it.
 *
 * @throws StageError `undelivered` that names the host, what it answered and how often it was tried; no path, no secret
 */
export async function send(post: Post, dependencies: PostDependencies): Promise<void> {
  const { sleep, random, clock, signal } = dependencies;
  const host = hostOf(post);
  const startMs = clock().getTime();
  for (let n = 1; ; n += 1) {
    signal.throwIfAborted();
    const { failure, retryAfterMs: atLeastMs } = await attempt(post, dependencies);
    if (failure === undefined) return;
    const waitMs = Math.max(atLeastMs ?? 0, FIRST_WAIT_MS * 2 ** (n - 1) * (0.5 + random()));
    const isInBudget = clock().getTime() - startMs + waitMs <= BUDGET_MS;
    if (atLeastMs === undefined || n === ATTEMPTS || !isInBudget) {
      const asked = atLeastMs && !isInBudget ? ` and asked to wait ${Math.ceil(atLeastMs / 1_000)} s` : "";
      const tries = n === 1 ? "at the first attempt" : `at attempt ${n}`;
      throw new StageError(post.name, "undelivered", `${host} failed ${tries}: ${failure}${asked}`);
    }
    await sleep(waitMs, signal);
  }
}
