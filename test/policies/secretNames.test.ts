import { saysMarker, saysPassword, saysSecret } from "../../policies/search/secretNames";

test.each([
  "PASSWORD",
  "DB_PASSWORD",
  "dbPassword",
  "db-password",
  "spring.datasource.password",
  "/shop/db/password",
  "PGPASSWORD",
  "MYSQL_PWD",
  "DBPASS",
  "SECRET",
  "CLIENT_SECRET",
  "TOKEN",
  "githubToken",
  "_authToken",
  "API_KEY",
  "APIKEY",
  "apiKey",
  "AWS_SECRET_ACCESS_KEY",
  "SECRET_KEY_BASE",
  "PRIVATE_KEY",
  "DB_CREDENTIALS",
])("%s says secret", (name) => {
  expect(saysSecret(name)).toBe(true);
});

test.each([
  "PWD",
  "OLDPWD",
  "DB_PASSWORD_ARN",
  "DB_PASSWORD_FILE",
  "SECRET_NAME",
  "AWS_ACCESS_KEY_ID",
  "TOKEN_TTL_SECONDS",
  "PASSWORD_MIN_LENGTH",
  "MAX_TOKENS",
  "COMPASS",
  "BYPASS",
  "PASSENGER",
  "KEY",
  "SECRETARY",
  "passwordFile",
  "/shop/password/arn",
  "",
])("%s does not say secret", (name) => {
  expect(saysSecret(name)).toBe(false);
});

test("a password is told from a key, and a secret from what marks a request", () => {
  expect(["dbPassword", "DB_PASS", "passphrase"].filter(saysPassword)).toHaveLength(3);
  expect(["API_KEY", "token", "clientSecret"].filter(saysPassword)).toEqual([]);
  expect(
    ["clientRequestToken", "creationToken", "nextToken", "csrf_token", "publicApiKey"].filter(saysMarker),
  ).toHaveLength(5);
  expect(["authToken", "apiKey", "token"].filter(saysMarker)).toEqual([]);
});
