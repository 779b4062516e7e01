import { send } from "../../../runner/alerts/post";
import { startHttpReceiver, type HttpReceiver } from "../../support/httpReceiver";
import { failureOf } from "../readFixtures";
import { dependenciesOf, NOW, PATHS, SIGNING_SECRET, TOKEN } from "./alertFixtures";

let receiver: HttpReceiver;
beforeEach(async () => {
  receiver = await startHttpReceiver();
});
afterEach(() => receiver.close());

const URL_OF_HOOK = `https://hooks.example${PATHS.webhook}?k=${TOKEN}`;
const post = { name: "webhook", url: URL_OF_HOOK, body: "{}", secrets: [SIGNING_SECRET] };

/** Sends against these answers; gives back the failure, if any, and the waits. */
async function sendAgainst(answers: HttpReceiver["answers"], extra: Partial<Parameters<typeof send>[1]> = {}) {
  receiver.answers.push(...answers);
  const dependencies = { ...dependenciesOf(receiver, {}), ...extra };
  const failure = await send(post, dependencies).then(
    () => undefined,
    (error: Error) => error.message,
  );
  return { failure, slept: dependencies.slept, attempts: receiver.requests.length };
}

describe("sending a request", () => {
  it("posts JSON once when it is taken", async () => {
    expect(await sendAgainst([])).toEqual({ failure: undefined, slept: [], attempts: 1 });
    expect(receiver.requests[0]).toMatchObject({ method: "POST", body: "{}", path: `${PATHS.webhook}?k=${TOKEN}` });
    expect(receiver.requests[0]!.headers["content-type"]).toBe("application/json");
  });

  it("gets where there is no body", async () => {
    await send({ name: "ping", url: URL_OF_HOOK }, dependenciesOf(receiver, {}));
    expect(receiver.requests).toMatchObject([{ method: "GET", body: "" }]);
    expect(receiver.requests[0]!.headers["content-type"]).toBeUndefined();
  });

  it.each([408, 429, 500, 503])("tries again after %i, with growing waits", async (status) => {
    expect(await sendAgainst([{ status }, { status }, { status }])).toEqual({
      failure: undefined,
      slept: [1_000, 2_000, 4_000],
      attempts: 4,
    });
  });

  it("tries again after a broken connection", async () => {
    expect(await sendAgainst(["reset"])).toEqual({ failure: undefined, slept: [1_000], attempts: 2 });
  });

  it("tries again after no answer in time", async () => {
    expect(await sendAgainst(["hang"], { timeoutMs: 2_000 })).toEqual({
      failure: undefined,
      slept: [1_000],
      attempts: 2,
    });
  });

  it("fails when four attempts did not help, and says what the last one answered", async () => {
    const status = 502;
    expect(await sendAgainst([{ status }, { status }, { status }, { status, body: "bad\n  gateway" }])).toEqual({
      failure: "webhook: hooks.example failed at attempt 4: answered 502: bad gateway",
      slept: [1_000, 2_000, 4_000],
      attempts: 4,
    });
  });

  it.each([
    ["a broken connection", "reset" as const, {}, /^(UND_ERR_SOCKET|ECONNRESET)$/],
    ["no answer in time", "hang" as const, { timeoutMs: 50 }, /^no answer in time$/],
  ])("fails when every attempt ends in %s", async (_, answer, extra, reason) => {
    const { failure } = await sendAgainst([answer, answer, answer, answer], extra);
    const [said, why] = failure!.split(" failed at attempt 4: ");
    expect(said).toBe("webhook: hooks.example");
    expect(why).toMatch(reason);
  });

  it("fails when nobody listens, without the address", async () => {
    await receiver.close();
    const { failure } = await sendAgainst([]);
    expect(failure).toBe("webhook: hooks.example failed at attempt 4: ECONNREFUSED");
  });

  it.each([400, 401, 404, 410])("fails when it is refused with %i, at once", async (status) => {
    expect(await sendAgainst([{ status, body: "invalid_payload" }])).toEqual({
      failure: `webhook: hooks.example failed at the first attempt: answered ${status}: invalid_payload`,
      slept: [],
      attempts: 1,
    });
  });

  it("fails when it is sent elsewhere: a redirect would carry the secret along", async () => {
    const { failure, attempts } = await sendAgainst([
      { status: 307, headers: { location: "https://elsewhere.example/" } },
    ]);
    expect(failure).toBe("webhook: hooks.example failed at the first attempt: answered 307");
    expect(attempts).toBe(1);
  });

  it.each([
    ["seconds", "7"],
    ["a date", new Date(NOW.getTime() + 7_000).toUTCString()],
  ])("waits as long as Retry-After says in %s", async (_, value) => {
    const { failure, slept } = await sendAgainst([{ status: 429, headers: { "retry-after": value } }]);
    expect([failure, slept]).toEqual([undefined, [7_000]]);
  });

  it("does not wait shorter than its own wait for a Retry-After that has passed, or is none", async () => {
    const past = { status: 429, headers: { "retry-after": new Date(NOW.getTime() - 1).toUTCString() } };
    const { slept } = await sendAgainst([past, { status: 429, headers: { "retry-after": "soon" } }]);
    expect(slept).toEqual([1_000, 2_000]);
  });

  it("fails when Retry-After goes beyond its minute, without waiting", async () => {
    expect(await sendAgainst([{ status: 429, headers: { "retry-after": "61" } }])).toEqual({
      failure: "webhook: hooks.example failed at the first attempt: answered 429 and asked to wait 61 s",
      slept: [],
      attempts: 1,
    });
    const { slept } = await sendAgainst([{ status: 429, headers: { "retry-after": "60" } }]);
    expect(slept).toEqual([60_000]);
  });

  it("shows no part of the URL and no secret that an answer repeats", async () => {
    const echo = `bad ${URL_OF_HOOK} ${PATHS.webhook} ${TOKEN} ${encodeURIComponent(SIGNING_SECRET)} ${SIGNING_SECRET} end`;
    const { failure } = await sendAgainst([{ status: 400, body: echo }]);
    expect(failure).toBe(
      "webhook: hooks.example failed at the first attempt: answered 400: bad [hidden] [hidden] [hidden] [hidden] [hidden] end",
    );
  });

  it("reads only the beginning of a long answer", async () => {
    let chunks = 0;
    const pull = (controller: ReadableStreamDefaultController) => {
      chunks += 1;
      if (chunks > 1_000) controller.close();
      else controller.enqueue(Buffer.alloc(1_024, "x"));
    };
    const long = async () => new Response(new ReadableStream({ pull }), { status: 400 });
    const { failure } = await sendAgainst([], { fetch: long });
    expect(failure).toBe(`webhook: hooks.example failed at the first attempt: answered 400: ${"x".repeat(200)}`);
    expect(chunks).toBeLessThan(100);
  });

  it.each(["not a url", "ftp://files.example/x", ["https://user", "pass@hooks.example/x"].join(":")])(
    "fails when the URL is %p, and does not show it",
    async (url) => {
      const { message, exit } = await failureOf(send({ ...post, url }, dependenciesOf(receiver, {})));
      expect([message, exit]).toEqual([
        "webhook: its secret is no http or https URL without user and password; store the URL",
        "usage",
      ]);
      expect(receiver.requests).toEqual([]);
    },
  );

  it("stops at once when it is told to", async () => {
    const stop = new AbortController();
    receiver.answers.push({ status: 500 });
    const dependencies = { ...dependenciesOf(receiver, {}), signal: stop.signal };
    dependencies.sleep = async () => stop.abort(new Error("told to stop"));
    await expect(send(post, dependencies)).rejects.toThrow("told to stop");
    expect(receiver.requests).toHaveLength(1);
  });
});
