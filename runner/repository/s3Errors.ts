import { S3ServiceException } from "@aws-sdk/client-s3";
import { ENV } from "../contract";
import { messageOf } from "../errors";
import { RepositoryError, type RepositoryErrorKind } from "./repository";

/** Whether an error is storage's own answer, rather than a lost connection or a server fault. */
function isClearAnswer(error: unknown): error is S3ServiceException {
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
  return status !== undefined && status < 500;
}

function kindOf(error: unknown, isWrite: boolean): RepositoryErrorKind {
  if (!isClearAnswer(error)) return isWrite ? "ambiguous" : "unavailable";
  const { httpStatusCode: status = 0, attempts = 1 } = error.$metadata;
  // The answer speaks of the last attempt; an earlier one, whose own answer was lost, may have done it.
  if (isWrite && status !== 412 && attempts > 1) return "ambiguous";
  switch (status) {
    case 403:
      // The right is there; the object is in an archive class.
      return error.name === "InvalidObjectState" ? "refused" : "accessDenied";
    case 404:
      // NoSuchUpload on a completion that was sent twice: the first may have succeeded.
      return isWrite && error.name === "NoSuchUpload" ? "ambiguous" : "notFound";
    case 409:
      // Another request on the same key is under way; our keys are random, so it is an earlier attempt of our own.
      return isWrite ? "ambiguous" : "refused";
    case 412:
      return "alreadyExists";
    default:
      return "refused";
  }
}

const ADVICE: Record<RepositoryErrorKind, string> = {
  notFound: "there is no such object, or no right to list the bucket",
  alreadyExists: "the key exists already; every key is written once",
  accessDenied: "check the role's policy, the bucket policy, and that the bucket and region are the right ones",
  ambiguous: "no clear answer, so it may or may not have happened; look with `backup321 list`",
  refused: "",
  unavailable: "check the network, the endpoint and the region",
};

/** What helps against answers that say more than their kind. */
const ADVICE_BY_NAME: Readonly<Record<string, string | undefined>> = {
  NoSuchBucket: "there is no such bucket; check its name, its region and the account",
  ExpiredToken: "the credentials ended before the run did; use a role, whose credentials are renewed, or longer ones",
  RequestTimeTooSkewed: "this machine's clock is wrong; set it",
  GlacierExpeditedRetrievalNotAvailable:
    "storage has no room for expedited requests now; ask for --retrieval standard, or again later",
  SlowDown: `storage asks for fewer requests; run again later, or with ${ENV.maxMiBPerSecond}`,
};

/** Wraps what the SDK threw. `isWrite`: whether the call could have changed something although no answer came. */
export function wrapS3Error(verb: string, key: string, error: unknown, isWrite: boolean): RepositoryError {
  if (error instanceof RepositoryError) return error;
  const kind = kindOf(error, isWrite);
  const status = error instanceof S3ServiceException ? ` (HTTP ${error.$metadata.httpStatusCode ?? "?"})` : "";
  const name = error instanceof Error && error.name !== "Error" ? `${error.name}: ` : "";
  const named = error instanceof S3ServiceException && kind !== "ambiguous" ? ADVICE_BY_NAME[error.name] : undefined;
  const advice = named ?? ADVICE[kind];
  return new RepositoryError(verb, key, kind, `${name}${messageOf(error)}${status}${advice ? `; ${advice}` : ""}`, {
    cause: error,
  });
}
