import type { ObjectHead } from "./repository";

/** Reads `x-amz-restore`, like `ongoing-request="false", expiry-date="Fri, 27 Nov 2026 00:00:00 GMT"`. */
export function archivedCopy(header: string | undefined): Pick<ObjectHead, "thaw" | "readableUntil"> {
  if (header === undefined) return { thaw: undefined };
  if (/ongoing-request="true"/.test(header)) return { thaw: "ongoing" };
  const readableUntil = new Date(/expiry-date="([^"]*)"/.exec(header)?.[1] ?? "");
  return { thaw: "done", readableUntil: Number.isNaN(readableUntil.getTime()) ? undefined : readableUntil };
}
