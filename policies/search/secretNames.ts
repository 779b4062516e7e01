const SECRET_NAME =
  /(?:^|_)(?:(?:PG|MYSQL_|DB_?)?(?:PASS|PASSWORD|PASSWD|PWD)|PASSPHRASE|SECRETS?|TOKEN|AUTHTOKEN|API_?KEY|ACCESS_?KEY|SECRET_?KEY(?:_BASE)?|PRIVATE_?KEY|CREDENTIALS?)$/;
/** The shell's own, not a secret. */
const NOT_A_SECRET: ReadonlySet<string> = new Set(["PWD", "OLDPWD"]);
const PASSWORD_NAME = /(?:PASS|PASSWORD|PASSWD|PWD|PASSPHRASE)$/;
/** Tokens that mark a request or a page and open nothing. */
const MARKER_NAME =
  /(?:^|_)(?:REQUEST|CREATION|IDEMPOTENCY|CALLER|NEXT|PAGE|PAGINATION|CONTINUATION|TASK|CHANGE|LOCK|CONTINUE|CSRF|XSRF|PUBLIC)_(?:TOKEN|API_KEY)$/;

/** True for names that end in a word for a secret, in any case style. */
export function saysSecret(name: string): boolean {
  const upper = upperSnake(name);
  return SECRET_NAME.test(upper) && !NOT_A_SECRET.has(upper);
}

/** True for names of passwords, among those that say secret: a password may be short, a key or token is not. */
export function saysPassword(name: string): boolean {
  return PASSWORD_NAME.test(upperSnake(name));
}

/** True for tokens that are made up for a request, a page or a lock: UUIDs and the like, and no secret. */
export function saysMarker(name: string): boolean {
  return MARKER_NAME.test(upperSnake(name));
}

/** The last part of a path is the name: `/shop/db/password`, `spring.datasource.password`. */
function upperSnake(name: string): string {
  return name
    .slice(name.lastIndexOf("/") + 1)
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[-.]/g, "_")
    .toUpperCase();
}
