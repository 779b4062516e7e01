import { LambdaClient } from "@aws-sdk/client-lambda";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { handler } from "../../../runner/lambda/alertHandler";
import { sendPing } from "../../../runner/alerts/ping";
import { type HttpReceiver, startHttpReceiver } from "../../support/httpReceiver";
import { failureOf } from "../readFixtures";
import { dependenciesOf, PATHS, TOKEN } from "./alertFixtures";

const SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:hook-AbCdEf";
const FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:shop-freshness";
const environment = { ...process.env };
let receiver: HttpReceiver;
beforeEach(async () => {
  receiver = await startHttpReceiver();
  Object.assign(process.env, {
    BACKUP321_ALERT_CHANNELS: JSON.stringify([{ kind: "webhook", secretArn: SECRET }]),
    BACKUP321_FRESHNESS_FUNCTION_ARNS: FUNCTION,
    BACKUP321_REPOSITORY: "shop",
  });
});
afterEach(async () => {
  process.env = { ...environment };
  jest.restoreAllMocks();
  await receiver.close();
});

/** Stands for Secrets Manager, which no local server speaks here. */
function secretIs(answer: () => Promise<{ SecretString?: string }>) {
  return jest.spyOn(SecretsManagerClient.prototype, "send").mockImplementation((command: any): any => {
    expect(command).toBeInstanceOf(GetSecretValueCommand);
    expect(command.input).toEqual({ SecretId: SECRET });
    return answer();
  });
}

function functionAnswers(answer: object) {
  jest.spyOn(LambdaClient.prototype, "send").mockImplementation((command: any): any => {
    expect(command.input).toEqual({ FunctionName: FUNCTION });
    return Promise.resolve(answer);
  });
}

const payload = (value: unknown) => ({ transformToString: () => JSON.stringify(value) });
const delivery = (Message: string, MessageId: string) => ({
  Records: [{ Sns: { MessageId, TopicArn: "arn:aws:sns:eu-west-1:1:t", Message, Timestamp: "2026-11-20T03:00:00Z" } }],
});

describe("the handler of the alert function", () => {
  it("reads each secret when it sends, so that a new one counts at once", async () => {
    const send = secretIs(async () => ({ SecretString: `${receiver.url}${PATHS.webhook}` }));
    expect(await handler(delivery("disk full", "h-1"))).toEqual({ alerts: 1 });
    expect(await handler(delivery("disk full", "h-2"))).toEqual({ alerts: 1 });
    expect(send).toHaveBeenCalledTimes(2);
    expect(receiver.requests.map(({ path }) => path)).toEqual([PATHS.webhook, PATHS.webhook]);
  });

  it("sends a message once, however often it is delivered to this process", async () => {
    secretIs(async () => ({ SecretString: `${receiver.url}${PATHS.webhook}` }));
    await handler(delivery("disk full", "h-3"));
    await handler(delivery("disk full", "h-3"));
    expect(receiver.requests).toHaveLength(1);
  });

  it.each([
    [
      "can't be read",
      async () => Promise.reject(Object.assign(new Error("not yours"), { name: "AccessDeniedException" })),
      `can't be read: AccessDeniedException: not yours; let the role do secretsmanager:GetSecretValue on it, and kms:Decrypt where its key is your own`,
    ],
    [
      "holds JSON",
      async () => ({ SecretString: `{"url":"${TOKEN}"}` }),
      "holds JSON; store the URL or key alone, as plain text",
    ],
    ["holds binary data", async () => ({}), "holds binary data; store the URL or key alone, as plain text"],
  ])("fails when a secret %s, and writes nothing to any log", async (what, answer, message) => {
    const written: unknown[] = [];
    for (const stream of [process.stdout, process.stderr]) {
      jest.spyOn(stream, "write").mockImplementation((text) => Boolean(written.push(text)));
    }
    secretIs(answer);
    const failure = await failureOf(handler(delivery("disk full", what)));
    jest.restoreAllMocks();
    expect(failure.message).toBe(`alert: webhook: secret ${SECRET} ${message}`);
    expect(written).toEqual([]);
  });

  it("sends a digest of what the freshness function gives back", async () => {
    secretIs(async () => ({ SecretString: `${receiver.url}${PATHS.webhook}` }));
    functionAnswers({ Payload: payload({ side: "primary", judgements: [] }) });
    await handler({ digest: true });
    expect(JSON.parse(receiver.requests[0]!.body)).toMatchObject({
      state: "digest",
      severity: "warning",
      title: "shop holds no database on a side",
    });
  });

  it("says in the digest that the freshness function failed", async () => {
    process.env.BACKUP321_REPOSITORY = "another"; // its digest of this hour is not out yet
    secretIs(async () => ({ SecretString: `${receiver.url}${PATHS.webhook}` }));
    functionAnswers({ FunctionError: "Unhandled", Payload: payload({ errorMessage: "no" }) });
    await handler({ digest: true });
    expect(JSON.parse(receiver.requests[0]!.body)).toMatchObject({
      title: "The digest is not complete",
      what: [`Not looked at: freshness function ${FUNCTION} gave no result: Unhandled; look at its log`],
    });
  });
});

describe("the ping of a dead-man's switch", () => {
  const url = `https://hc.example/${TOKEN}`;

  it("is one GET of its URL", async () => {
    await sendPing(url, new AbortController().signal, dependenciesOf(receiver, {}));
    expect(receiver.requests).toMatchObject([{ method: "GET", path: `/${TOKEN}`, body: "" }]);
  });

  it("uses the real network unless it is told otherwise", async () => {
    await sendPing(`${receiver.url}/${TOKEN}`, new AbortController().signal);
    expect(receiver.requests).toHaveLength(1);
  });

  it("fails when it is refused, without its URL", async () => {
    receiver.answers.push({ status: 404, body: `(${TOKEN} not found)` });
    const work = sendPing(url, new AbortController().signal, dependenciesOf(receiver, {}));
    expect((await failureOf(work)).message).toBe(
      "ping: hc.example failed at the first attempt: answered 404: ([hidden] not found)",
    );
  });
});
