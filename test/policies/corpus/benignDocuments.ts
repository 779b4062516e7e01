import { glue, type Random } from "./random";

type Benign = readonly [kind: string, property: string, make: (r: Random) => string];

const cutB64 = (text: string): string => text.match(/.{1,64}/g)!.join("\n");

/** Public halves, documents, configuration and prose. */
export const DOCUMENTS: readonly Benign[] = [
  [
    "certificate",
    "certificateBody",
    (r) => `-----BEGIN CERTIFICATE-----\n${cutB64(`MIID${r.base64(600)}`)}\n-----END CERTIFICATE-----\n`,
  ],
  ["public key", "publicKey", (r) => `-----BEGIN PUBLIC KEY-----\n${cutB64(r.base64(294))}\n-----END PUBLIC KEY-----`],
  ["SSH public key", "publicKey", (r) => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${r.base64(32)} ${r.word()}@laptop`],
  ["SSH RSA key", "sshKeys", (r) => `ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC${r.base64(372)} ${r.word()}@host`],
  [
    "PGP public key",
    "content",
    (r) => `${glue("-----BEG|IN PGP PUBLIC")} KEY BLOCK-----\n\n${cutB64(r.base64(300))}\n`,
  ],
  [
    "private key's label in prose",
    "description",
    (r) => `Files of ${r.word()} that begin ${glue("-----BEG|IN")} RSA PRIVATE KEY----- are refused.`,
  ],
  ["base64 of binary", "layer", (r) => r.base64(r.int(200, 900))],
  ["PNG in base64", "logo", (r) => `data:image/png;base64,iVBORw0KGgo${r.base64(400)}`],
  ["font in base64", "css", (r) => `@font-face{src:url(data:font/woff2;base64,d09GMgABAAAAA${r.base64(500)})}`],
  [
    "base64 of JSON",
    "state",
    (r) => Buffer.from(JSON.stringify({ cursor: r.digits(12), host: r.word(), limit: 50 })).toString("base64"),
  ],
  [
    "base64 of a script",
    "userDataBase64",
    (r) => Buffer.from(`#!/bin/bash\nyum update -y\nsystemctl enable ${r.word()}\n`).toString("base64"),
  ],
  ["base64 of text", "value", (r) => Buffer.from(`user=${r.word()}&scope=read&port=${r.digits(4)}`).toString("base64")],
  [
    "npm lock line",
    "content",
    (r) => `"${r.word()}": { "version": "1.${r.int(0, 20)}.0", "integrity": "sha512-${r.base64(64)}" }`,
  ],
  [
    "yarn lock line",
    "content",
    (r) =>
      `${r.word()}@^2.0.0:\n  version "2.1.${r.int(0, 9)}"\n  resolved "https://registry.example.com/${r.word()}.tgz#${r.hex(40)}"\n  integrity sha1-${r.base64(20)}\n`,
  ],
  ["go.sum line", "content", (r) => `example.com/${r.word()}/v2 v2.${r.int(0, 9)}.1 h1:${r.base64(32)}\n`],
  [
    "IAM policy",
    "policy",
    (r) =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Action: ["secretsmanager:GetSecretValue", "sts:GetSessionToken"],
            Resource: `arn:aws:secretsmanager:*:${r.digits(12)}:secret:${r.word()}/*`,
            Condition: { StringEquals: { "aws:SecureTransport": "true" } },
          },
        ],
      }),
  ],
  [
    "OpenAPI",
    "body",
    (r) =>
      JSON.stringify({
        openapi: "3.0.1",
        info: { title: r.word(), version: "1.0" },
        components: {
          schemas: {
            Login: {
              properties: {
                password: { type: "string", format: "password", example: "string" },
                token: { type: "string", minLength: r.int(10, 40) },
              },
            },
          },
          securitySchemes: { apiKey: { type: "apiKey", name: "x-api-key", in: "header" } },
        },
      }),
  ],
  [
    "OpenAPI in YAML",
    "body",
    (r) =>
      `paths:\n  /${r.word()}:\n    post:\n      security:\n        - api_key: []\n      properties:\n        password:\n          type: string\n          description: at least 8 characters, 1 digit\n`,
  ],
  [
    "JSON Schema",
    "schema",
    (r) =>
      JSON.stringify({
        required: ["password"],
        properties: {
          [r.word()]: { type: "string" },
          password: { type: "string", minLength: r.int(8, 20), pattern: "^[A-Za-z0-9]{8,}$" },
        },
      }),
  ],
  [
    "Grafana dashboard",
    "configJson",
    (r) =>
      JSON.stringify({
        uid: r.alnum(9),
        title: r.word(),
        panels: [
          { id: r.int(1, 90), targets: [{ expr: `rate(http_requests_total{token!="",job="${r.word()}"}[5m])` }] },
        ],
      }),
  ],
  [
    "state machine",
    "definition",
    (r) =>
      JSON.stringify({
        States: {
          [r.word()]: {
            Type: "Task",
            Resource: "arn:aws:states:::ecs:runTask.waitForTaskToken",
            Parameters: { "token.$": "$$.Task.Token" },
            TimeoutSeconds: r.int(30, 9000),
          },
        },
      }),
  ],
  [
    "CloudFormation template",
    "templateBody",
    (r) =>
      `Parameters:\n  DbPassword:\n    Type: String\n    NoEcho: true\nResources:\n  ${r.word()}:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      MasterUserPassword: !Ref DbPassword\n`,
  ],
  [
    "buildspec",
    "buildspec",
    (r) =>
      `version: 0.2\nenv:\n  secrets-manager:\n    DB_PASSWORD: ${r.word()}/db:password\n    API_TOKEN: ${r.word()}/token1:value\n`,
  ],
  [
    "cloud-init",
    "userData",
    (r) => `#cloud-config\npackages: [${r.word()}]\nssh_pwauth: false\nusers:\n  - name: ops\n    lock_passwd: true\n`,
  ],
  [
    "nginx",
    "content",
    (r) =>
      `server {\n  listen 443 ssl;\n  ssl_certificate_key /etc/nginx/${r.word()}.key;\n  proxy_set_header Authorization $http_authorization;\n}\n`,
  ],
  [
    "bearer from a variable",
    "command",
    (r) => `curl -H "Authorization: Bearer $TOKEN" https://${r.word()}.example.com/\n`,
  ],
  [
    "curl without password",
    "command",
    (r) => `curl -u "$USER:$PASS" -o /tmp/${r.word()}.json https://example.com:8443/x\n`,
  ],
  [
    "docker login by pipe",
    "userData",
    (r) =>
      `aws ecr get-login-password | docker login --username AWS --password-stdin ${r.digits(12)}.dkr.ecr.eu-west-1.amazonaws.com\n`,
  ],
  ["ports", "userData", (r) => `docker run -p 8080:80 -p 5432:5432 --name ${r.word()} -u 1000:1000 app\n`],
  ["chpasswd from a variable", "userData", (r) => `echo "${r.word()}:$PASS" | chpasswd\n`],
  ["user without password", "url", (r) => `postgres://${r.word()}@db.internal:5432/app?sslmode=verify-full`],
  ["URL with a port", "url", (r) => `https://${r.word()}.example.com:8443/@scope/${r.word()}`],
  ["URL in a list of hosts", "brokers", (r) => `kafka://${r.word()}:9092,${r.word()}:9092/topic@v2`],
  ["scp-like git URL", "repository", (r) => `git@github.com:${r.word()}/${r.word()}.git`],
  ["ssh git URL", "source", (r) => `git::ssh://git@git.example.com:2222/${r.word()}.git?ref=v1.2.${r.int(0, 9)}`],
  ["e-mail", "notificationEmail", (r) => `${r.word()}+alerts@example.com`],
  ["mailto link", "contact", (r) => `mailto:${r.word()}@example.com?subject=backup%20${r.int(1, 99)}`],
  ["JDBC without password", "jdbcUrl", (r) => `jdbc:postgresql://${r.word()}:5432/app?user=app&sslmode=require`],
  [
    "ADO without password",
    "connection",
    (r) => `Server=${r.word()};Database=app;Integrated Security=true;Encrypt=true`,
  ],
  ["cron", "scheduleExpression", (r) => `cron(${r.int(0, 59)} ${r.int(0, 23)} * * ? *)`],
  ["timestamp", "startTime", (r) => `2026-0${r.int(1, 9)}-1${r.int(0, 9)}T0${r.int(0, 9)}:30:00.000Z`],
  ["version", "engineVersion", (r) => `${r.int(11, 18)}.${r.int(0, 12)}-R${r.int(1, 3)}`],
  ["session", "sessionName", (r) => `${r.word()}-session-${r.digits(13)}`],
  ["number", "accountId", (r) => r.digits(r.int(12, 40))],
  [
    "CSS",
    "css",
    (r) =>
      `.${r.word()}{color:#${r.hex(6)};margin:0 auto;content:"\\201C"}@media(max-width:${r.int(300, 900)}px){a:hover{top:0}}`,
  ],
  ["log pattern", "pattern", (r) => `[ip, user, ${r.word()}, status_code=5*, token="*", size]`],
  [
    "metric filter",
    "filterPattern",
    (r) => `{ ($.errorCode = "AccessDenied${r.int(1, 9)}") || ($.eventName = "GetSecretValue") }`,
  ],
  [
    "licence",
    "content",
    (r) =>
      `Licensed under the Apache License, Version 2.0. ${r.word()} is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES.`,
  ],
  [
    "prose",
    "description",
    (r) =>
      `Secret: the ${r.word()} team rotates the password every ${r.int(30, 90)} days; token expiry is ${r.int(5, 60)}min.`,
  ],
  [
    "prose",
    "description",
    (r) => `Password must contain ${r.int(8, 20)} characters. API key: see the ${r.word()} runbook (section 4b).`,
  ],
  [
    "prose",
    "alarmDescription",
    (r) => `Lorem ipsum ${r.word()} dolor sit amet, consectetur ${r.word()}: adipiscing elit, sed do eiusmod.`,
  ],
  ["parameter group", "parameters", (r) => `rds.force_ssl=1,password_encryption=md5,max_connections=${r.int(50, 900)}`],
  [
    "authentication kind",
    "authToken",
    (r) => `AWS4-HMAC-SHA256-${r.pick(["v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8"])}`,
  ],
  ["choice of a secret's engine", "secretType", (r) => `kubernetes.io/dockerconfigjson-${r.word()}`],
  ["tag", "owner", (r) => `team-${r.word()}`],
  ["WAF pattern", "regexString", (r) => `(?i)(password|passwd|pwd)=[^&]{${r.int(4, 12)},}`],
  ["redaction rule", "content", (r) => `redact:\n  - "password=[^&]+"\n  - 'token: "[a-z0-9]{${r.int(20, 40)}}"'\n`],
  [
    "docs of a flag",
    "content",
    (r) =>
      `  --password string   Password of ${r.word()} (default: read from MYSQL_PWD)\n  --token TOKEN1      token\n`,
  ],
  [
    "Prometheus rule",
    "content",
    (r) => `- alert: TokenExpiry\n  expr: vault_token_ttl_seconds{job="${r.word()}"} < ${r.int(1000, 9000)}\n`,
  ],
  ["SQL", "content", (r) => `CREATE USER ${r.word()} WITH PASSWORD :'password1';\nGRANT SELECT ON t TO ${r.word()};\n`],
  [
    "TypeScript type",
    "content",
    (r) => `interface ${r.word()} { password: string; token?: Token1 | undefined; apiKey: () => Promise<string> }\n`,
  ],
  ["Python signature", "code", (r) => `def connect(${r.word()}, password=None, token=DEFAULT_TOKEN_1, timeout=30):\n`],
];
