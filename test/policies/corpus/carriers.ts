import { gzipSync } from "node:zlib";
import type { Random } from "./random";

/** How a secret stands in a resource: a property and its text. None of them names what the secret is. */
export interface Carried {
  property: string;
  text: string;
}

const script = (secret: string, r: Random): string =>
  [
    "#!/bin/bash",
    "set -euo pipefail",
    `yum install -y ${r.word()}`,
    `export ${r.word().toUpperCase()}_VALUE=${secret}`,
    `/opt/${r.word()}/bin/run --port ${r.int(1024, 9999)}`,
    "",
  ].join("\n");

export const CARRIERS: readonly ((secret: string, r: Random) => Carried)[] = [
  (secret) => ({ property: "description", text: secret }),
  (secret, r) => ({ property: "comment", text: `created for ${r.word()}: ${secret} (do not share)` }),
  (secret, r) => ({
    property: "containerDefinitions",
    text: JSON.stringify([
      { name: "app", image: `${r.word()}:1`, environment: [{ name: r.word().toUpperCase(), value: secret }] },
    ]),
  }),
  (secret, r) => ({ property: "userData", text: script(secret, r) }),
  (secret, r) => ({ property: "userDataBase64", text: Buffer.from(script(secret, r)).toString("base64") }),
  (secret, r) => ({ property: "userDataBase64", text: gzipSync(script(secret, r)).toString("base64") }),
  (secret, r) => ({ property: "state", text: Buffer.from(script(secret, r)).toString("base64url") }),
  (secret, r) => ({
    property: "manifest",
    text: `spec:\n  containers:\n    - name: ${r.word()}\n      env:\n        - name: ${r.word().toUpperCase()}\n          value: ${secret}\n`,
  }),
  (secret, r) => ({
    property: "command",
    text: `curl -sf -H "X-${r.word()}: ${secret}" https://${r.word()}.example.com/v1/`,
  }),
  (secret, r) => ({ property: "definition", text: JSON.stringify({ [r.word()]: JSON.stringify([secret]) }) }),
  (secret, r) => ({ property: "endpoint", text: `https://api.example.com/v1/${r.word()}?k=${secret}&page=1` }),
  (secret, r) => ({ property: "code", text: `const ${r.word()} = make("${secret}", { retries: ${r.int(1, 9)} });\n` }),
  (secret, r) => ({ property: "settings", text: `[${r.word()}]\n${r.word()} = '${secret}'\nlevel = 3\n` }),
  (secret, r) => ({ property: "template", text: `<config><add name="${r.word()}">${secret}</add></config>` }),
  (secret, r) => ({ property: "notes", text: `${r.word()},${secret},${r.word()}` }),
];
