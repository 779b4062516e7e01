import { glue, type Random } from "./random";

/** A secret whose surroundings give it away, with the property it stands in. */
export interface InContext {
  property: string;
  text: string;
  secret: string;
}
type Make = (r: Random) => InContext;

const within = (property: string, secret: string, write: (secret: string) => string): InContext => ({
  property,
  secret,
  text: write(secret),
});
const host = (r: Random): string => `${r.word()}.${r.word()}.internal`;
const awsSecret = (r: Random): string => r.base64(30);

const inUrls: [string, Make][] = [
  ["postgresql", 5432],
  ["mysql", 3306],
  ["mongodb+srv", 27017],
  ["amqps", 5671],
  ["https", 443],
  ["ftp", 21],
  ["smtp", 587],
].map(([scheme, port]) => [
  "password in a URL",
  (r) =>
    within("environment", r.password(), (secret) => `${scheme}://${r.word()}:${secret}@${host(r)}:${port}/${r.word()}`),
]);

const inConnections: [string, Make][] = [
  [
    "password in a connection string",
    (r) =>
      within(
        "value",
        r.password(),
        (s) => `Server=${host(r)};Database=${r.word()};User Id=${r.word()};Password=${s};Encrypt=true`,
      ),
  ],
  [
    "password in a connection string",
    (r) => within("dsn", r.password(), (s) => `host=${host(r)} port=5432 dbname=${r.word()} user=app password=${s}`),
  ],
  [
    "password in a connection string",
    (r) => within("jdbc", r.password(), (s) => `jdbc:mysql://${host(r)}:3306/${r.word()}?user=app&password=${s}`),
  ],
  [
    "password in a connection string",
    (r) => within("odbc", r.password(), (s) => `Driver={PostgreSQL};Server=${host(r)};UID=${r.word()};PWD=${s};`),
  ],
  [
    "password in a connection string",
    (r) => within("oracle", r.password(), (s) => `jdbc:oracle:thin:${r.word()}/${s}@//${host(r)}:1521/${r.word()}`),
  ],
  [
    "Azure storage key",
    (r) =>
      within(
        "connection",
        r.base64(64),
        (s) =>
          `DefaultEndpointsProtocol=https;AccountName=${r.word()};${glue("Account|Key=")}${s};EndpointSuffix=core.windows.net`,
      ),
  ],
  [
    "Azure shared access key",
    (r) =>
      within(
        "connection",
        r.base64(32),
        (s) =>
          `Endpoint=sb://${r.word()}.servicebus.windows.net/;SharedAccessKeyName=Root;${glue("SharedAccess|Key=")}${s}`,
      ),
  ],
  ["Redis password", (r) => within("cache", r.password(), (s) => `redis://:${s}@${host(r)}:6379/0`)],
];

const inShells: [string, Make][] = [
  ["PGPASSWORD", (r) => within("command", r.password(), (s) => `PGPASSWORD=${s} pg_dump -h ${host(r)} ${r.word()}`)],
  ["MYSQL_PWD", (r) => within("userData", r.password(), (s) => `export MYSQL_PWD='${s}'\nmysql -u root\n`)],
  [
    "exported password",
    (r) => within("userData", r.password(), (s) => `#!/bin/sh\nexport DB_PASSWORD="${s}"\n./migrate\n`),
  ],
  [
    "AWS secret key",
    (r) =>
      within("userData", awsSecret(r), (s) => `#!/bin/sh\n${glue("aws configure set aws_secret_|access_key")} ${s}\n`),
  ],
  [
    "AWS secret key",
    (r) => within("content", awsSecret(r), (s) => `[default]\n${glue("aws_secret_|access_key")} = ${s}\n`),
  ],
  [
    "AWS secret key",
    (r) => within("environmentFile", awsSecret(r), (s) => `${glue("AWS_SECRET_|ACCESS_KEY")}=${s}\nREGION=eu-west-1\n`),
  ],
  [
    "mysql -p",
    (r) => within("command", r.password(), (s) => `mysqldump -h ${host(r)} -u ${r.word()} -p${s} ${r.word()}`),
  ],
  [
    "--password",
    (r) => within("command", r.password(), (s) => `mongodump --host ${host(r)} -u app --password ${s} --gzip`),
  ],
  ["--password=", (r) => within("command", r.password(), (s) => `tool login --user=ci --password='${s}' ${host(r)}`)],
  ["sshpass", (r) => within("command", r.password(), (s) => `sshpass -p '${s}' ssh ${r.word()}@${host(r)} uptime`)],
  [
    "curl -u",
    (r) => within("userData", r.password(), (s) => `curl -fsS -u ${r.word()}:${s} https://${host(r)}/api/v1/status\n`),
  ],
  ["chpasswd", (r) => within("userData", r.password(), (s) => `#!/bin/bash\necho "${r.word()}:${s}" | chpasswd\n`)],
  [
    "net user",
    (r) => within("userData", r.password(), (s) => `<powershell>\nnet user Admin "${s}" /add\n</powershell>`),
  ],
  [
    "ConvertTo-SecureString",
    (r) => within("userData", r.password(), (s) => `$p = ConvertTo-SecureString "${s}" -AsPlainText -Force`),
  ],
  ["docker login", (r) => within("userData", r.password(), (s) => `docker login -u ${r.word()} -p ${s} ${host(r)}\n`)],
];

const inFiles: [string, Make][] = [
  ["YAML password", (r) => within("config", r.password(), (s) => `db:\n  user: ${r.word()}\n  password: ${s}\n`)],
  ["YAML password", (r) => within("config", r.password(), (s) => `smtp_password: "${s}"\nsmtp_port: 587\n`)],
  [
    "Spring password",
    (r) => within("config", r.password(), (s) => `spring.datasource.url=x\nspring.datasource.password=${s}\n`),
  ],
  [
    "JSON password",
    (r) => within("secretTemplate", r.password(), (s) => JSON.stringify({ username: r.word(), password: s })),
  ],
  ["TOML password", (r) => within("content", r.password(), (s) => `[database]\nuser = "app"\npassword = "${s}"\n`)],
  ["HCL password", (r) => within("content", r.password(), (s) => `resource "x" "y" {\n  admin_password = "${s}"\n}\n`)],
  ["XML password", (r) => within("content", r.password(), (s) => `<server><password>${s}</password></server>`)],
  ["PHP define", (r) => within("content", r.password(), (s) => `<?php define('DB_PASSWORD', '${s}');`)],
  [
    "Django secret key",
    (r) => within("content", `${r.alnum(42)}${r.digits(2)}`, (s) => `DEBUG = False\nSECRET_KEY = '${s}'\n`),
  ],
  ["Rails secret", (r) => within("content", r.hex(128), (s) => `production:\n  secret_key_base: ${s}\n`)],
  [
    ".netrc",
    (r) => within("content", r.password(), (s) => `machine ${host(r)}\n  login ${r.word()}\n  password ${s}\n`),
  ],
  [".pgpass", (r) => within("userData", r.password(), (s) => `echo "${host(r)}:5432:*:app:${s}" > ~/.pgpass\n`)],
  [".npmrc", (r) => within("content", r.uuid(), (s) => `//npm.${host(r)}/:_authToken=${s}\nalways-auth=true\n`)],
  [
    "docker config",
    (r) =>
      within("content", Buffer.from(`${r.word()}:${r.password()}`).toString("base64"), (s) =>
        JSON.stringify({ auths: { [host(r)]: { auth: s } } }),
      ),
  ],
  [
    "Basic authorization",
    (r) =>
      within(
        "command",
        Buffer.from(`${r.word()}:${r.password()}`).toString("base64"),
        (s) => `curl -H "Authorization: Basic ${s}" https://${host(r)}/`,
      ),
  ],
  [
    "Bearer authorization",
    (r) => within("script", `${r.alnum(37)}${r.int(0, 9)}`, (s) => `headers: { Authorization: "Bearer ${s}" }`),
  ],
];

const named: [string, Make][] = [
  ["AWS secret key by name", (r) => within("secretAccessKey", awsSecret(r), (s) => s)],
  ["API key by name", (r) => within("DD_API_KEY", r.hex(32), (s) => s)],
  ["API key by name", (r) => within("apiKey", `${r.alnum(30)}${r.int(10, 99)}`, (s) => s)],
  ["auth token by name", (r) => within("TWILIO_AUTH_TOKEN", r.hex(32), (s) => s)],
  ["token by name", (r) => within("HEROKU_API_KEY", r.uuid(), (s) => s)],
  ["client secret by name", (r) => within("clientSecret", `${r.base64url(40)}7a`, (s) => s)],
  ["password by name", (r) => within("dbPassword", r.password(), (s) => s)],
  ["password by name", (r) => within("MASTER_USER_PASSWORD", r.password(), (s) => s)],
  [
    "JSON key by name",
    (r) => within("values", r.hex(32), (s) => JSON.stringify({ datadog: { apiKey: s, site: "eu" } })),
  ],
  [
    "variable by name",
    (r) =>
      within("containerDefinitions", `${r.alnum(38)}${r.int(10, 99)}`, (s) =>
        JSON.stringify([{ environment: [{ name: "CLOUDFLARE_API_TOKEN", value: s }] }]),
      ),
  ],
  ["variable in YAML", (r) => within("spec", r.hex(40), (s) => `env:\n  SONAR_TOKEN: ${s}\n  CI: "true"\n`)],
  [
    "variable in a script",
    (r) => within("userData", r.hex(32), (s) => `#!/bin/sh\nDD_API_KEY=${s} DD_SITE=x sh -c "$(cat i)"\n`),
  ],
];

/** Bodies as they look: the first bytes of each kind of key, then what no program could predict. */
const pem = (r: Random, label: string, start: string): string => {
  const body = (start + r.base64(r.int(90, 300))).match(/.{1,64}/g)!.join("\n");
  return [glue(`-----BEG|IN ${label}-----`), body, `-----END ${label}-----`].join("\n");
};
const PEM_KINDS: [string, string][] = [
  ["PRIVATE KEY", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC"],
  ["RSA PRIVATE KEY", "MIIEowIBAAKCAQEA"],
  ["EC PRIVATE KEY", "MHcCAQEEI"],
  ["ENCRYPTED PRIVATE KEY", "MIIFLTBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQI"],
  ["OPENSSH PRIVATE KEY", "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW"],
];
const keys: [string, Make][] = [
  ...PEM_KINDS.map(([label, start]): [string, Make] => [
    label.toLowerCase(),
    (r) =>
      within(r.pick(["content", "userData", "body"]), pem(r, label, start), (s) =>
        r.pick([
          s,
          `#cloud-config\nwrite_files:\n  - path: /k\n    content: |\n      ${s.replaceAll("\n", "\n      ")}\n`,
          s.replaceAll("\n", "\\n"),
          Buffer.from(s).toString("base64"),
          JSON.stringify({ type: "service_account", key: s }),
        ]),
      ),
  ]),
  [
    "pgp private key",
    (r) => within("content", pem(r, "PGP PRIVATE KEY BLOCK", "lQVYBGX"), (s) => s.replace("-----\n", "-----\n\n")),
  ],
  [
    "putty key",
    (r) =>
      within(
        "content",
        r.base64(150),
        (s) =>
          `PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: k\nPublic-Lines: 2\n${r.base64(48)}\n${r.base64(20)}\n${glue("Private|-Lines: 3")}\n${s.match(/.{1,64}/g)!.join("\n")}\nPrivate-MAC: ${r.hex(64)}\n`,
      ),
  ],
];

export const CONTEXTS: readonly (readonly [kind: string, make: Make])[] = [
  ...inUrls,
  ...inConnections,
  ...inShells,
  ...inFiles,
  ...named,
  ...keys,
];
