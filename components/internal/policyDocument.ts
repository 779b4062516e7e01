/** One IAM statement. */
export interface Statement {
  Sid: string;
  Effect: "Allow" | "Deny";
  Principal?: "*" | { AWS?: string | string[]; Service?: string | string[] };
  Action: string | string[];
  Resource?: string | string[];
  NotResource?: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** An account as a principal: all of its identities, each as far as its own policies let it. */
export function accountRoot(partition: string, accountId: string): string {
  return `arn:${partition}:iam::${accountId}:root`;
}

/** A statement of a role's own policy. */
export function allow(
  Sid: string,
  Action: string | string[],
  Resource: string | string[],
  Condition?: Statement["Condition"],
): Statement {
  return { Sid, Effect: "Allow", Action, Resource, ...(Condition ? { Condition } : {}) };
}

/** A statement of a resource's policy that refuses everybody, whatever their own policies say. */
export function deny(
  Sid: string,
  Action: string | string[],
  Resource: string | string[],
  Condition?: Statement["Condition"],
): Statement {
  return { Sid, Effect: "Deny", Principal: "*", Action, Resource, ...(Condition ? { Condition } : {}) };
}

/** Statements of a bucket's policy: nobody reaches it in the clear, or by TLS older than 1.2. */
export function secureTransport(bucketArn: string): Statement[] {
  const all = [bucketArn, `${bucketArn}/*`];
  return [
    deny("DenyInsecureTransport", "s3:*", all, { Bool: { "aws:SecureTransport": "false" } }),
    deny("DenyOldTls", "s3:*", all, { NumericLessThan: { "s3:TlsVersion": "1.2" } }),
  ];
}

/** A policy document as JSON, in the order given. */
export function policyJson(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/**
 * Trust policy of a service role.
 *
 * @param sourceAccount account on whose behalf the service must call; undefined where the service is not known to send it
 * @param sourceArn pattern of what it must call for; undefined where the service is not known to send it
 */
export function serviceTrust(service: string, sourceAccount?: string, sourceArn?: string): string {
  const Condition: Statement["Condition"] = {
    ...(sourceAccount === undefined ? {} : { StringEquals: { "aws:SourceAccount": sourceAccount } }),
    ...(sourceArn === undefined ? {} : { ArnLike: { "aws:SourceArn": sourceArn } }),
  };
  return policyJson([
    {
      Sid: "AssumeRole",
      Effect: "Allow",
      Principal: { Service: service },
      Action: "sts:AssumeRole",
      ...(Object.keys(Condition).length === 0 ? {} : { Condition }),
    },
  ]);
}
