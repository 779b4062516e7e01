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

/** A statement of a role's own policy. */
export function allow(
  Sid: string,
  Action: string | string[],
  Resource: string | string[],
  Condition?: Statement["Condition"],
): Statement {
  return { Sid, Effect: "Allow", Action, Resource, ...(Condition ? { Condition } : {}) };
}

/** A policy document as JSON, in the order given. */
export function policyJson(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/**
 * Trust policy of a service role.
 *
 * @param sourceAccount account on whose behalf the service must call; undefined where the service is not known to send it
 */
export function serviceTrust(service: string, sourceAccount?: string): string {
  return policyJson([
    {
      Sid: "AssumeRole",
      Effect: "Allow",
      Principal: { Service: service },
      Action: "sts:AssumeRole",
      ...(sourceAccount === undefined ? {} : { Condition: { StringEquals: { "aws:SourceAccount": sourceAccount } } }),
    },
  ]);
}
