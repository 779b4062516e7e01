import { UploadPartCommand } from "@aws-sdk/client-s3";
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { S3PartUpload } from "../../runner/repository/s3PartUpload";

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
