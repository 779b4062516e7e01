import type { Random } from "./random";

type Benign = readonly [kind: string, property: string, make: (r: Random) => string];

/** What stands where a secret would: references, templates, blanks, code that reads it from elsewhere. */
export const REFERENCES: readonly Benign[] = [
  ["dynamic reference", "masterUserPassword", (r) => `{{resolve:secretsmanager:${r.word()}:SecretString:password}}`],
  ["dynamic reference", "dbPassword", (r) => `{{resolve:ssm-secure:/${r.word()}/password:1}}`],
  ["shell variable", "command", (r) => `PGPASSWORD="$DB_PASSWORD" pg_dump -h ${r.word()} ${r.word()}`],
  ["shell template", "config", (r) => `database:\n  host: ${r.word()}\n  password: \${DB_PASSWORD}\n`],
  [
    "shell command",
    "userData",
    (r) =>
      `#!/bin/bash\nDB_PASSWORD=$(aws secretsmanager get-secret-value --secret-id ${r.word()} --query SecretString --output text)\nexport DB_PASSWORD\n`,
  ],
  ["shell from a file", "userData", (r) => `export API_TOKEN=$(cat /run/secrets/${r.word()}-token)\n`],
  ["template URL", "url", (r) => `postgres://${r.word()}:\${DB_PASSWORD}@db:5432/app`],
  ["template URL", "url", (r) => `mysql://app:<password>@${r.word()}:3306/app`],
  ["template URL", "url", (r) => `mongodb://{{ user }}:{{ password }}@${r.word()}/app`],
  ["template URL", "url", (r) => `amqp://%(user)s:%(password)s@${r.word()}`],
  ["Terraform interpolation", "content", (r) => `password = var.${r.word()}_password\ntoken = data.vault.x.token\n`],
  ["Terraform interpolation", "content", (r) => `password = random_password.${r.word()}1.result\n`],
  ["code reading environment", "code", (r) => `const password = process.env.${r.word().toUpperCase()}_PASSWORD;\n`],
  ["code reading environment", "code", (r) => `token = os.environ["${r.word().toUpperCase()}_TOKEN"]\n`],
  ["code reading environment", "code", (r) => `secret := os.Getenv("${r.word().toUpperCase()}_SECRET2")\n`],
  ["code calling", "code", (r) => `const token = await getToken(${r.word()}, { scope: "read2" });\n`],
  ["code assigning", "code", (r) => `this.password = options.password2 || ${r.word()}.password;\n`],
  ["code comparing", "code", (r) => `if (token === expectedToken1 && secret != ${r.word()}) {\n`],
  ["minified code", "code", (r) => `var a=t.token,b=e.password,c=n.secret;${r.word()}({password:b,token:a,k:i.key0})`],
  ["Helm template", "values", (r) => `password: {{ .Values.${r.word()}.password | quote }}\n`],
  ["GitHub workflow", "content", (r) => `env:\n  TOKEN: \${{ secrets.${r.word().toUpperCase()}_TOKEN }}\n`],
  [
    "Kubernetes reference",
    "manifest",
    (r) =>
      `env:\n  - name: PASSWORD\n    valueFrom:\n      secretKeyRef:\n        name: ${r.word()}-secret1\n        key: password\n`,
  ],
  ["placeholder", "apiKey", (r) => `your-${r.word()}-api-key-here`],
  ["placeholder", "password", () => "changeme"],
  ["placeholder", "authToken", (r) => `<${r.word()}-token-2>`],
  ["placeholder", "token", () => "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"],
  ["placeholder", "clientSecret", (r) => `REPLACE_ME_${r.word().toUpperCase()}_1`],
  ["file path", "DB_PASSWORD_FILE", (r) => `/run/secrets/${r.word()}_password1`],
  ["file path as a secret's value", "privateKey", (r) => `/etc/ssl/private/${r.word()}-2026.key`],
  [
    "ECS secret",
    "containerDefinitions",
    (r) =>
      JSON.stringify([
        { secrets: [{ name: "DB_PASSWORD", valueFrom: `arn:aws:ssm:eu-west-1:${r.digits(12)}:parameter/p1` }] },
      ]),
  ],
  ["secret's key name", "secretKey", (r) => `${r.word()}Password1`],
  ["URL as a token's value", "TOKEN_URL", (r) => `https://${r.word()}.auth.eu-west-1.amazoncognito.com/oauth2/token`],
  ["URL in a secret's place", "VAULT_TOKEN", (r) => `https://vault.${r.word()}.internal:8200/v1/auth1/token`],
  ["rotation period", "passwordRotationDays", (r) => `${r.int(30, 365)}d`],
  ["password policy", "content", (r) => `password_min_length=${r.int(10, 30)}\npassword_encryption=scram-sha-256\n`],
  ["token lifetime", "content", (r) => `access_token_lifetime: ${r.int(300, 86400)}s\nrefresh_token: rotating\n`],
  ["flag", "content", (r) => `--enable-password-auth=true2 --token-ttl=${r.int(1, 9)}h30m --password-stdin\n`],
];
