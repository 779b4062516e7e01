import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

// Writes policies/search/gitleaksShapes.ts from the rule file of a checkout of gitleaks:
//   npx tsx scripts/gitleaksShapes.ts <gitleaks>/config/gitleaks.toml <its version>

const TARGET = path.join(__dirname, "..", "policies", "search", "gitleaksShapes.ts");

/** Rules that are not taken, each with the reason. Rules that need a keyword nearby are left out as a class, below. */
const LEFT_OUT: Record<string, string> = {
  "aws-access-token": "ours knows the documented samples",
  jwt: "ours asks for a JSON header and payload",
  "jwt-base64": "what is base64 is decoded first",
  "private-key": "ours knows what a file, a template and one line make of it",
  "curl-auth-header": "takes time quadratic in the text; ours has bounds",
  "curl-auth-user": "takes time quadratic in the text; ours has bounds",
  "kubernetes-secret-yaml": "takes time quadratic in the text, and needs the file's name",
  "freemius-secret-key": "needs the file's name",
  "nuget-config-password": "needs the file's name",
  "sidekiq-sensitive-url": "any password in a URL is found",
  "facebook-access-token": "matches numbers beside names",
  "flutterwave-public-key": "is public",
  "gitlab-pat-routable": "gitlab-pat finds its beginning",
  "gitlab-runner-authentication-token-routable": "gitlab-runner-authentication-token finds its beginning",
  "artifactory-reference-token": "is a beginning of base64 like any other",
  "clickhouse-cloud-api-secret-key": "is hexadecimal like any hash",
  "square-access-token": "half of it is a beginning of base64 like any other; ours has the other half",
  "sourcegraph-access-token": "a third of it is any SHA-1; ours has the rest",
  "vault-service-token": "its old form is any member of an object called s; ours has the new form",
  "twilio-api-key": "has no edges, so that any base64 may hold it; ours has",
  "azure-ad-client-secret": "ours begins at an edge",
};

/** Texts of which one is in every match, where a pattern does not begin with one. */
const HINTS: Record<string, string[]> = {
  "authress-service-client-access-key": [".acc_", ".acc-"],
  "airtable-personnal-access-token": ["pat"],
  "cloudflare-origin-ca-key": ["v1.0-"],
  "facebook-page-access-token": ["EAAM", "EAAC"],
  "flyio-access-token": ["fo1_", "fm1a_", "fm1r_", "fm2_"],
  "github-app-token": ["ghu_", "ghs_"],
  "harness-api-key": ["pat.", "sat."],
  "hashicorp-tf-api-token": [".atlasv1."],
  "intra42-client-secret": ["s-s4t2"],
  "maxmind-license-key": ["_mmk"],
  "microsoft-teams-webhook": [".webhook.office.com/"],
  "openai-api-key": ["T3BlbkFJ"],
  "slack-legacy-token": ["xoxo-", "xoxs-"],
  "slack-legacy-workspace-token": ["xoxa-", "xoxr-"],
  "slack-user-token": ["xoxp-", "xoxe-"],
  "slack-webhook-url": ["hooks.slack.com/"],
  "slack-config-access-token": ["xoxe.xox"],
  "stripe-access-token": ["sk_", "rk_"],
};

/** How the issuers write their names, where a capital alone is not enough. */
const ISSUERS: Record<string, string> = {
  "1password": "1Password",
  aws: "AWS",
  digitalocean: "DigitalOcean",
  easypost: "EasyPost",
  flyio: "Fly.io",
  frameio: "Frame.io",
  gcp: "Google",
  github: "GitHub",
  gitlab: "GitLab",
  hashicorp: "Terraform Cloud",
  huggingface: "Hugging Face",
  maxmind: "MaxMind",
  microsoft: "Microsoft Teams",
  npm: "npm",
  octopus: "Octopus Deploy",
  openai: "OpenAI",
  openshift: "OpenShift",
  planetscale: "PlanetScale",
  pypi: "PyPI",
  readme: "ReadMe",
  rubygems: "RubyGems",
  sendgrid: "SendGrid",
  settlemint: "SettleMint",
  vault: "Vault",
};

/** Of gitleaks: what is made from its rules must carry it. */
const LICENCE = `MIT License

Copyright (c) 2019 Zachary Rice

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;

interface Rule {
  id: string;
  regex: string;
  entropy: number;
  path: boolean;
}

/** The rules of a gitleaks.toml, as far as they are needed here. */
export function rulesOf(toml: string): Rule[] {
  return toml
    .split(/^\[\[rules\]\]$/m)
    .slice(1)
    .map((block) => ({
      id: /^id = "([^"]+)"$/m.exec(block)?.[1] ?? "",
      regex: /^regex = '''([\s\S]*?)'''$/m.exec(block)?.[1] ?? "",
      entropy: Number(/^entropy = ([\d.]+)$/m.exec(block)?.[1] ?? 0),
      path: /^path = /m.test(block),
    }));
}

/** True for rules that find any text of some length beside a keyword: hashes and ids are such texts, too. */
function needsKeyword(rule: Rule): boolean {
  return rule.regex.includes("[\\w.-]{0,50}?");
}

/**
 * A Go pattern as a JavaScript one. Node has no inline flags, so that classes after `(?i)` get both cases and fixed
 * beginnings stay as their issuers write them. What gitleaks asks of the character behind (a quote, a blank, an end)
 * would miss a token in a URL's query or in XML, and becomes: no further character of a token.
 */
export function patternOf(regex: string): string {
  const flag = regex.search(/\(\?i[:)]/);
  const head = flag < 0 ? regex : regex.slice(0, flag);
  const tail =
    flag < 0 ? "" : regex.slice(flag).replace(/\[([^\]]*)\]/g, (_class, body: string) => `[${bothCases(body)}]`);
  return (head + tail)
    .replaceAll("[[:alnum:]]", "[A-Za-z0-9]")
    .replace(/\(\?-?i\)/g, "")
    .replace(/\(\?-?i:/g, "(?:")
    .replace(/\(\?:\[\\x60'"\\s;\]\|\\\\\[nr\]\|\$(?:\|\\b)?\)$/, "(?![\\w-])")
    .replace(/\(\?:\[\^(\\w-|a-zA-Z0-9\+\/)\]\|\\z\)$/, "(?![$1])")
    .replace(/^hooks|(?<=\?)hooks\.slack\.com/, "hooks\\.slack\\.com")
    .replace(/\[[^\]]*\]/g, (found) => found.replace(/\\([./])/g, "$1").replace(/\\-\]$/, "-]"))
    .replace(/(?<!\\)\/(?![^[]*\])/g, "\\/")
    .replace(/\\-(?![^[]*\])/g, "-");
}

function bothCases(body: string): string {
  const lower = /[a-z]-[a-z]/.exec(body)?.[0];
  const upper = /[A-Z]-[A-Z]/.exec(body)?.[0];
  if (lower !== undefined && upper === undefined) return lower.toUpperCase() + body;
  if (upper !== undefined && lower === undefined) return upper.toLowerCase() + body;
  return body;
}

/** The fixed beginning of a pattern. */
function hintsOf({ id, regex }: Rule): string[] {
  const written = HINTS[id];
  if (written !== undefined) return written;
  const start = regex.replace(/\(\?i\)/g, "").replace(/^(?:\\b|\((?!\?)|\(\?:(?=https))+/, "");
  const literal = /^(?:[A-Za-z0-9_~=-](?![?*+{])|\\[.-])+/.exec(start)?.[0].replaceAll("\\", "") ?? "";
  if (literal.length < 3)
    throw new Error(`gitleaksShapes: ${id} begins with no fixed text (${regex}); name one in HINTS`);
  return [literal];
}

function kindOf(id: string): string {
  const [first = ""] = id.split("-");
  const issuer = ISSUERS[first] ?? first[0]!.toUpperCase() + first.slice(1);
  if (first === "age") return "age secret key";
  if (id.startsWith("aws-amazon-bedrock")) return "Amazon Bedrock key";
  if (id.includes("webhook")) return `${issuer} webhook URL`;
  if (/cookie$/.test(id)) return `${issuer} session cookie`;
  if (/password$/.test(id)) return `${issuer} password`;
  if (/secret$/.test(id)) return `${issuer} secret`;
  return `${issuer} ${/(?:key|key-id|lived)$|stripe/.test(id) ? "key" : "token"}`;
}

/** The whole file. */
export function shapesFile(toml: string, version: string): string {
  const rows = rulesOf(toml)
    .filter((rule) => rule.regex !== "" && !rule.path && !needsKeyword(rule) && LEFT_OUT[rule.id] === undefined)
    .map(
      (rule) =>
        `[${JSON.stringify(kindOf(rule.id))}, ${JSON.stringify(hintsOf(rule))}, /${patternOf(rule.regex)}/g, ${rule.entropy}],`,
    );
  return `// Written by scripts/gitleaksShapes.ts from config/gitleaks.toml of gitleaks ${version}; not to be edited by hand.
/*!
${LICENCE}
*/

/** Kind, texts of which one is in every match, pattern, and the entropy in bits a character that a match must exceed. */
export type GitleaksShape = readonly [kind: string, hints: readonly string[], pattern: RegExp, entropyBits: number];

/** The rules of gitleaks that know a token by its own fixed beginning. */
export const GITLEAKS_SHAPES: readonly GitleaksShape[] = [
${rows.join("\n")}
];
`;
}

async function main([tomlFile = "", version = ""]: string[]): Promise<void> {
  const { format, resolveConfig } = await import("prettier");
  const options = await resolveConfig(TARGET);
  writeFileSync(
    TARGET,
    await format(shapesFile(readFileSync(tomlFile, "utf8"), version), { ...options, filepath: TARGET }),
  );
}

if (require.main === module) void main(process.argv.slice(2));
