import { UploadPartCommand } from "@aws-sdk/client-s3";
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { compositeSha256, S3PartUpload } from "../../runner/repository/s3PartUpload";

const BYTES = Buffer.from("part");
const SHA256 = createHash("sha256").update(BYTES).digest("base64");

/** A client whose parts take `partMs`, or end with their request; notes what happened in order. */
function uploadOn(partMs: number): { upload: S3PartUpload; seen: string[] } {
  const seen: string[] = [];
  const send = async (command: unknown, options?: { abortSignal: AbortSignal }) => {
    if (!(command instanceof UploadPartCommand)) return void seen.push("abort");
    try {
      await sleep(partMs, undefined, { signal: options!.abortSignal });
    } catch (error) {
      seen.push("part given up");
      throw error;
    }
    seen.push("part arrived");
    return { ETag: "e", ChecksumSHA256: SHA256 };
  };
  return { upload: new S3PartUpload({ send } as never, "bucket", "key", "upload"), seen };
}

describe("aborting an upload", () => {
  it.each([
    ["lets a part in flight arrive first, since storage may keep one whose request was given up", 100, "part arrived"],
    ["gives up a part that storage does not answer", 60_000, "part given up"],
  ])("%s", async (_, partMs, first) => {
    const { upload, seen } = uploadOn(partMs);
    const sending = upload.uploadPart(1, BYTES, SHA256).catch(() => undefined);
    await upload.abort();
    await sending;
    expect(seen).toEqual([first, "abort"]);
  });
});

/** A client that answers each command, by its name, with these. */
function answering(answers: Record<string, object>): S3PartUpload {
  const send = (command: { constructor: { name: string } }) => Promise.resolve(answers[command.constructor.name]);
  return new S3PartUpload({ send } as never, "bucket", "key", "upload");
}

describe("storage's own checksums", () => {
  const OTHER = createHash("sha256").update("other").digest("base64");
  const UploadPartCommandAnswer = { ETag: "e", ChecksumSHA256: SHA256 };

  it.each([
    [OTHER, OTHER],
    ["none", undefined],
  ])("fails when a part is answered with checksum %s", async (said, ChecksumSHA256) => {
    const upload = answering({ UploadPartCommand: { ETag: "e", ChecksumSHA256 } });
    await expect(upload.uploadPart(3, BYTES, SHA256)).rejects.toMatchObject({
      kind: "refused",
      message: `repository: upload part 3 of key: storage answered with checksum ${said}, sent ${SHA256}`,
    });
    await expect(upload.complete()).rejects.toThrow("parts are not all there: 0 sent, 0 in flight");
  });

  it.each([
    ["another checksum", { ChecksumSHA256: `${OTHER}-1`, VersionId: "v1" }, `checksum ${OTHER}-1 and version v1`],
    ["no checksum", { VersionId: "v1" }, "checksum none and version v1"],
    [
      "no version",
      { ChecksumSHA256: compositeSha256([SHA256]) },
      `checksum ${compositeSha256([SHA256])} and version none`,
    ],
  ])("fails when a completion is answered with %s", async (_, answer, said) => {
    const upload = answering({ UploadPartCommand: UploadPartCommandAnswer, CompleteMultipartUploadCommand: answer });
    await upload.uploadPart(1, BYTES, SHA256);
    await expect(upload.complete()).rejects.toThrow(
      `repository: complete upload of key: storage says ${said}, expected ${compositeSha256([SHA256])} and a version id; the bucket must be versioned`,
    );
  });

  it("agree in a completion, which gives the version", async () => {
    const answer = { ChecksumSHA256: compositeSha256([SHA256]), VersionId: "v1" };
    const upload = answering({ UploadPartCommand: UploadPartCommandAnswer, CompleteMultipartUploadCommand: answer });
    await upload.uploadPart(1, BYTES, SHA256);
    expect(await upload.complete()).toEqual({ key: "key", versionId: "v1", checksumSha256: compositeSha256([SHA256]) });
  });
});

it("fails when a part is sent after the upload was aborted, without a request", async () => {
  const { upload, seen } = uploadOn(0);
  await upload.abort();
  await expect(upload.uploadPart(1, BYTES, SHA256)).rejects.toThrow(
    "repository: upload part 1 of key: the upload has ended",
  );
  expect(seen).toEqual(["abort"]);
});
