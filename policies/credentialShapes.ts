/** A shape that a credential has and other text has not. One more shape is one more row. */
interface CredentialShape {
  /** What a message calls it. */
  kind: string;
  pattern: RegExp;
  /** Sees the match, its first group, and the text around it; false lets it through. */
  accept?: (match: string, group: string, around: string) => boolean;
}

const PEM_BODY = "[\\s\\S]{0,200}?[A-Za-z0-9+/]{32}";

const SHAPES: readonly CredentialShape[] = [
  {
    kind: "AWS access key id",
    pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])/g,
    accept: notDocumentedSample,
  },
  {
    kind: "AWS secret access key",
    pattern:
      /(?:aws_?secret_?(?:access_?)?key|secret_?access_?key)["']?\s*[:=]\s*["']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
    accept: (_match, group) => isAwsSecretKey(group),
  },
  {
    kind: "AWS session token",
    pattern: /(?<![A-Za-z0-9])(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz)[A-Za-z0-9+/=]{50,}/g,
  },
  { kind: "private key", pattern: new RegExp(`-{5}BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-{5}${PEM_BODY}`, "g") },
  {
    kind: "password in a URL",
    pattern: /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/?#"']{0,256}:([^\s@/"'<>]{1,256})@/gi,
    accept: (_match, group) => !isPlaceholder(group),
  },
  {
    kind: "password in a connection string",
    // Not after a comma or a dot, nor with spaces around: that is code that assigns, not a connection.
    pattern: /(?:^|[\s;&?"'])(?:password|passwd|pwd)=([^\s;&"']{3,256})/gi,
    accept: (_match, group, around) => !isPlaceholder(group) && CONNECTION_SETTING.test(around),
  },
  {
    kind: "password in a shell assignment",
    pattern: /(?<![A-Za-z0-9_])(?:PGPASSWORD|MYSQL_PWD)=["']?([^\s"']{1,256})/g,
    accept: (_match, group) => !isPlaceholder(group),
  },
  {
    kind: "GitHub token",
    pattern: /(?<![A-Za-z0-9_])(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{70,255})/g,
  },
  { kind: "GitLab token", pattern: /(?<![A-Za-z0-9_])gl(?:pat|dt|rt|ptt)-[A-Za-z0-9_-]{20,}/g },
  {
    kind: "Slack token",
    pattern: /(?<![A-Za-z0-9_])xox[abeoprs]-[A-Za-z0-9-]{10,}|(?<![A-Za-z0-9_])xapp-[0-9]-[A-Za-z0-9-]{20,}/g,
  },
  {
    kind: "Slack webhook URL",
    pattern: /hooks\.slack\.com\/services\/T[A-Z0-9]{6,}\/B[A-Z0-9]{6,}\/[A-Za-z0-9]{20,}/g,
  },
  {
    kind: "Stripe key",
    pattern: /(?<![A-Za-z0-9_])(?:(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{32,})/g,
  },
  { kind: "npm token", pattern: /(?<![A-Za-z0-9_])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])/g },
  { kind: "PyPI token", pattern: /(?<![A-Za-z0-9_])pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}/g },
  { kind: "Google API key", pattern: /(?<![A-Za-z0-9_])AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g },
  { kind: "Google OAuth secret", pattern: /(?<![A-Za-z0-9_])(?:GOCSPX-[A-Za-z0-9_-]{28}|ya29\.[A-Za-z0-9_-]{30,})/g },
  { kind: "SendGrid key", pattern: /(?<![A-Za-z0-9_])SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}/g },
  { kind: "DigitalOcean token", pattern: /(?<![A-Za-z0-9_])do[opr]_v1_[a-f0-9]{64}/g },
  { kind: "Docker Hub token", pattern: /(?<![A-Za-z0-9_])dckr_pat_[A-Za-z0-9_-]{27,}/g },
  { kind: "Pulumi access token", pattern: /(?<![A-Za-z0-9_])pul-[a-f0-9]{40}(?![A-Za-z0-9])/g },
  {
    kind: "JSON web token",
    pattern: /(?<![A-Za-z0-9_])eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g,
  },
];

const CONNECTION_SETTING = /(?:^|[\s;&?"'])(?:host|server|data source|user(?:name| id)?|uid|dbname|database)=|:\/\//i;
/** Characters before and after a match that belong to it; a bound keeps the search linear. */
const AROUND_CHARS = 300;
const AWS_SECRET_NAME = /secret_?(?:access_?)?key|aws_?secret/i;

/**
 * The kinds of credential in a text, each once, in the order of the table; empty when there is none.
 * `name` is what the text is called (a property, a variable): an AWS secret key alone is 40 characters like any other
 * 40, and only its name gives it away.
 */
export function credentialKinds(text: string, name = ""): string[] {
  const kinds = SHAPES.filter((shape) => matches(shape, text)).map((shape) => shape.kind);
  const value = text.trim();
  if (AWS_SECRET_NAME.test(name) && isAwsSecretKey(value)) kinds.push("AWS secret access key");
  return [...new Set(kinds)];
}

function matches(shape: CredentialShape, text: string): boolean {
  if (shape.accept === undefined) return text.search(shape.pattern) >= 0;
  for (const found of text.matchAll(shape.pattern)) {
    const around = text.slice(Math.max(0, found.index - AROUND_CHARS), found.index + found[0].length + AROUND_CHARS);
    if (shape.accept(found[0], found[1] ?? "", around)) return true;
  }
  return false;
}

/** AWS's documentation uses keys that end so; they open nothing. */
function notDocumentedSample(key: string): boolean {
  return !/EXAMPLE(?:KEY)?$/.test(key);
}

/** 40 characters of the alphabet AWS uses, too random for a word and not a hexadecimal digest (at most 4 bits a character). */
function isAwsSecretKey(text: string): boolean {
  return /^[A-Za-z0-9/+]{40}$/.test(text) && notDocumentedSample(text) && entropyBits(text) > 4.1;
}

/** A reference, a template or a blank to fill in, where a password would stand. */
function isPlaceholder(password: string): boolean {
  return /^(?:\$.*|%.*|\{.*|<.*|\[.*|\*+|x+|\.+|[A-Z_]*PASS(?:WORD)?[A-Z_]*)$/.test(password);
}

/** Shannon entropy in bits per character; 0 for the empty text. */
export function entropyBits(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
