import { Readable } from "node:stream";
import { S3ServiceException, type S3Client } from "@aws-sdk/client-s3";
import { RepositoryError, type RepositoryErrorKind } from "../../runner/repository/repository";
import { wrapS3Error } from "../../runner/repository/s3Errors";
import { S3Repository } from "../../runner/repository/s3Repository";

type Command = { input: Record<string, unknown> };

/** A repository whose storage answers with these, one after the other. */
function answering(...answers: (object | Error)[]) {
  const inputs: Record<string, unknown>[] = [];
  const send = (command: Command) => {
    inputs.push(command.input);
    const answer = answers[inputs.length - 1];
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const client = { send, destroy: () => undefined } as unknown as S3Client;
  return { inputs, repository: new S3Repository({ bucket: "b", region: "eu-central-1", client }) };
}

function refusal(name: string, httpStatusCode: number, attempts = 1): S3ServiceException {
  return new S3ServiceException({ name, message: "no", $fault: "client", $metadata: { httpStatusCode, attempts } });
}

/** A body that breaks after its bytes. */
function broken(text: string, error = new Error("aborted")): Readable {
  return Readable.from(
    (async function* () {
      await Promise.resolve();
      if (text !== "") yield Buffer.from(text);
      throw error;
    })(),
  );
}

const whole = async (body: Readable) => Buffer.concat((await body.toArray()) as Buffer[]).toString();

describe("a HEAD of an archived object", () => {
  it.each([
    [undefined, undefined, undefined],
    ['ongoing-request="true"', "ongoing", undefined],
    ['ongoing-request="false", expiry-date="Fri, 27 Nov 2026 00:00:00 GMT"', "done", "2026-11-27T00:00:00.000Z"],
    ['ongoing-request="false", expiry-date="some day"', "done", undefined],
    ['ongoing-request="false"', "done", undefined],
  ])("with x-amz-restore %p reads as %p until %p", async (Restore, thaw, until) => {
    const { repository } = answering({ StorageClass: "GLACIER", LastModified: new Date(0), Restore });
    const head = await repository.head("k");
    expect([head.thaw, head.readableUntil?.toISOString()]).toEqual([thaw, until]);
  });
});

describe("asking for an archived object", () => {
  const ask = (answer: object | Error) => {
    const { repository, inputs } = answering(answer);
    return { inputs, asking: repository.rehydrate("k", "v1", { retrieval: "bulk", days: 3 }) };
  };

  it.each([
    [202, "requested"],
    [200, "extended"],
  ])("reads HTTP %d as %s", async (httpStatusCode, said) => {
    const { inputs, asking } = ask({ $metadata: { httpStatusCode } });
    expect(await asking).toBe(said);
    expect(inputs).toEqual([
      {
        Bucket: "b",
        Key: "k",
        VersionId: "v1",
        RestoreRequest: { Days: 3, GlacierJobParameters: { Tier: "Bulk" } },
      },
    ]);
  });

  it("takes a request that is under way for what it is", async () => {
    expect(await ask(refusal("RestoreAlreadyInProgress", 409)).asking).toBe("ongoing");
  });

  it.each<[string, number, RepositoryErrorKind, string]>([
    ["InvalidObjectState", 403, "refused", "repository: rehydrate k: InvalidObjectState: no (HTTP 403)"],
    [
      "AccessDenied",
      403,
      "accessDenied",
      "repository: rehydrate k: AccessDenied: no (HTTP 403); check the role's policy, the bucket policy, and that the bucket and region are the right ones",
    ],
    [
      "GlacierExpeditedRetrievalNotAvailable",
      503,
      "unavailable",
      "repository: rehydrate k: GlacierExpeditedRetrievalNotAvailable: no (HTTP 503); storage has no room for expedited requests now; ask for --retrieval standard, or again later",
    ],
  ])("fails when storage answers %s", async (name, status, kind, message) => {
    const error = await ask(refusal(name, status)).asking.catch((e: unknown) => e);
    expect(error).toBeInstanceOf(RepositoryError);
    expect(error).toMatchObject({ kind, message });
  });
});

describe("reading an object", () => {
  it("asks once where the connection holds", async () => {
    const { repository, inputs } = answering({ Body: Readable.from([Buffer.from("all of it")]), ContentLength: 9 });
    expect(await whole(await repository.read("k", "v1"))).toBe("all of it");
    expect(inputs).toEqual([{ Bucket: "b", Key: "k", VersionId: "v1" }]);
  });

  it("goes on where a connection broke, with the same version", async () => {
    const { repository, inputs } = answering(
      { Body: broken("abc"), ContentLength: 9, VersionId: "v7", ETag: '"e"' },
      { Body: broken("de"), ContentRange: "bytes 3-8/9" },
      { Body: Readable.from([Buffer.from("fghi")]), ContentRange: "bytes 5-8/9" },
    );
    expect(await whole(await repository.read("k"))).toBe("abcdefghi");
    expect(inputs.slice(1)).toEqual([
      { Bucket: "b", Key: "k", VersionId: "v7", IfMatch: '"e"', Range: "bytes=3-" },
      { Bucket: "b", Key: "k", VersionId: "v7", IfMatch: '"e"', Range: "bytes=5-" },
    ]);
  });

  it("takes a connection that breaks after the last byte for the end", async () => {
    const { repository, inputs } = answering({ Body: broken("abc"), ContentLength: 3 });
    expect(await whole(await repository.read("k"))).toBe("abc");
    expect(inputs).toHaveLength(1);
  });

  it("fails when five connections in a row bring nothing, with the last one's error", async () => {
    const parts = Array.from({ length: 5 }, (_, i) => ({
      Body: broken("", new Error(`broken ${i}`)),
      ContentRange: "bytes 3-8/9",
    }));
    const { repository, inputs } = answering({ Body: broken("abc"), ContentLength: 9 }, ...parts);
    await expect(repository.read("k").then(whole)).rejects.toThrow("broken 4");
    expect(inputs).toHaveLength(6);
  });

  it("fails when the rest is refused", async () => {
    const { repository } = answering({ Body: broken("abc"), ContentLength: 9 }, refusal("NoSuchVersion", 404));
    await expect(repository.read("k").then(whole)).rejects.toThrow(
      "repository: read k: NoSuchVersion: no (HTTP 404); there is no such object, or no right to list the bucket",
    );
  });

  it("fails when storage ignores the range, rather than repeat bytes", async () => {
    const again = { Body: Readable.from([Buffer.from("abcdefghi")]) };
    const { repository } = answering({ Body: broken("abc"), ContentLength: 9 }, again);
    await expect(repository.read("k").then(whole)).rejects.toThrow(
      "repository: read k: asked for bytes 3-, storage answered with everything",
    );
  });

  it("asks for exactly a range, and for the rest of it where the connection broke", async () => {
    const { repository, inputs } = answering(
      { Body: broken("cde"), ContentLength: 5, ContentRange: "bytes 2-6/9", VersionId: "v7", ETag: '"e"' },
      { Body: Readable.from([Buffer.from("fg")]), ContentRange: "bytes 5-6/9" },
    );
    expect(await whole(await repository.read("k", undefined, { offset: 2, bytes: 5 }))).toBe("cdefg");
    expect(inputs).toEqual([
      { Bucket: "b", Key: "k", VersionId: undefined, Range: "bytes=2-6" },
      { Bucket: "b", Key: "k", VersionId: "v7", IfMatch: '"e"', Range: "bytes=5-6" },
    ]);
  });

  it.each([
    ["cut short", "bytes 2-3/4"],
    ["longer, though it begins alike", "bytes 2-60/90"],
    [undefined, undefined],
  ])("fails when the range comes back %s", async (_, ContentRange) => {
    const body = Readable.from([Buffer.from("cd")]);
    const { repository } = answering({ Body: body, ContentRange });
    await expect(repository.read("k", "v1", { offset: 2, bytes: 5 })).rejects.toThrow(
      `repository: read k: asked for bytes 2-6, storage answered with ${ContentRange ?? "everything"}`,
    );
    expect(body.destroyed).toBe(true);
  });

  it("asks for nothing more once it is not wanted", async () => {
    const endless = new Readable({ read: () => undefined });
    const { repository, inputs } = answering({ Body: endless, ContentLength: 9 });
    const body = await repository.read("k");
    body.resume();
    body.destroy();
    await new Promise((resolve) => body.once("close", resolve));
    expect(endless.destroyed).toBe(true);
    expect(inputs).toHaveLength(1);
  });
});

describe("what storage refuses", () => {
  it.each<[string, S3ServiceException, boolean, RepositoryErrorKind]>([
    ["a write that has no right", refusal("AccessDenied", 403), true, "accessDenied"],
    ["a write refused after an attempt without answer", refusal("AccessDenied", 403, 2), true, "ambiguous"],
    ["a read refused at the second attempt", refusal("AccessDenied", 403, 2), false, "accessDenied"],
    ["a write that meets its own earlier attempt", refusal("ConditionalRequestConflict", 409), true, "ambiguous"],
    [
      "a write of a key that exists, at the second attempt",
      refusal("PreconditionFailed", 412, 2),
      true,
      "alreadyExists",
    ],
    ["a read of an archived object", refusal("InvalidObjectState", 403), false, "refused"],
    ["a write that storage was too busy for", refusal("SlowDown", 503), true, "ambiguous"],
  ])("is clear or not: %s", (_, error, isWrite, kind) => {
    const wrapped = wrapS3Error("put", "k", error, isWrite);
    expect(wrapped).toBeInstanceOf(RepositoryError);
    expect(wrapped.kind).toBe(kind);
  });

  it.each<[S3ServiceException, string]>([
    [
      refusal("ExpiredToken", 400),
      "the credentials ended before the run did; use a role, whose credentials are renewed, or longer ones",
    ],
    [refusal("RequestTimeTooSkewed", 403), "this machine's clock is wrong; set it"],
    [
      refusal("SlowDown", 503, 5),
      "storage asks for fewer requests; run again later, or with BACKUP321_MAX_MIB_PER_SECOND",
    ],
    [refusal("NoSuchBucket", 404), "there is no such bucket; check its name, its region and the account"],
    [refusal("InternalError", 500), "check the network, the endpoint and the region"],
  ])("comes with what helps: %s", (error, advice) => {
    const status = error.$metadata.httpStatusCode;
    const { message } = wrapS3Error("upload part 3 of", "k", error, false);
    expect(message).toBe(`repository: upload part 3 of k: ${error.name}: no (HTTP ${status}); ${advice}`);
  });

  it("does not hide that a write may have happened", () => {
    expect(wrapS3Error("put", "k", refusal("SlowDown", 503), true).message).toBe(
      "repository: put k: SlowDown: no (HTTP 503); no clear answer, so it may or may not have happened; look with `backup321 list`",
    );
  });
});
