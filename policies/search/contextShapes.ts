import { isAwsSecretKey, isBasicCredential, isLiteralPassword, isPlaceholder } from "./literals";
import type { Shape } from "./shape";

const PEM_BODY = "[\\s\\S]{0,200}?[A-Za-z0-9+/]{32}";
const CONNECTION_SETTING = /(?:^|[\s;&?"'])(?:host|server|data source|user(?:name| id)?|uid|dbname|database)=|:\/\//i;
const isPassword = (_match: string, group: string): boolean => !isPlaceholder(unquoted(group));
const isStrong = (_match: string, group: string): boolean => isLiteralPassword(unquoted(group));
/** A value of a command line, quoted or not, that no shell would replace. */
const ARGUMENT = `("[^"$\\n]{4,128}"|'[^'\\n]{4,128}'|[^\\s"'$|;&<>()-][^\\s"'$|;&<>()]{3,127})`;

/** Secrets that look like any other text, and that their surroundings give away. */
export const CONTEXT_SHAPES: readonly Shape[] = [
  {
    kind: "AWS secret access key",
    hints: ["secret"],
    anyCase: true,
    pattern:
      /(?:aws_?secret_?(?:access_?)?key|secret_?access_?key)(?:\\?["']?\s{0,5}(?::=|=>|[:=>])\s{0,5}|\s{1,5})\\?["']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
    accept: (_match, group) => isAwsSecretKey(group),
  },
  {
    kind: "private key",
    hints: ["PRIVATE KEY"],
    pattern: new RegExp(`-{5}BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-{5}${PEM_BODY}`, "g"),
  },
  {
    kind: "private key",
    hints: ["Private-Lines: "],
    pattern: /Private-Lines: [1-9]\d{0,3}(?:\s|\\n){1,20}[A-Za-z0-9+/=]{20}/g,
  },
  {
    kind: "password in a URL",
    hints: ["://"],
    pattern: /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/?#"']{0,256}:([^\s@/"'<>]{1,256})@/gi,
    accept: isPassword,
  },
  {
    kind: "password in a URL",
    hints: ["jdbc:oracle:"],
    pattern: /jdbc:oracle:(?:thin|oci):[\w.$#-]{1,60}\/([^\s@"'<>]{1,128})@/g,
    accept: isPassword,
  },
  {
    kind: "password in a connection string",
    hints: ["passw", "pwd"],
    anyCase: true,
    // Not after a comma or a dot, nor with spaces around: that is code that assigns, not a connection.
    pattern: /(?:^|[\s;&?"'])(?:password|passwd|pwd)=([^\s;&"']{3,256})/gi,
    accept: (_match, group, around) => !isPlaceholder(group) && CONNECTION_SETTING.test(around),
  },
  {
    kind: "Azure storage key",
    hints: ["AccountKey="],
    pattern: /AccountKey=[A-Za-z0-9+/]{86}==/g,
  },
  {
    kind: "Azure shared access key",
    hints: ["SharedAccessKey="],
    pattern: /SharedAccessKey=[A-Za-z0-9+/]{40,88}={0,2}/g,
  },
  {
    kind: "password in a shell assignment",
    hints: ["PGPASSWORD=", "MYSQL_PWD=", "SSHPASS=", "REDISCLI_AUTH="],
    pattern: /(?<![A-Za-z0-9_])(?:PGPASSWORD|MYSQL_PWD|SSHPASS|REDISCLI_AUTH)=["']?([^\s"']{1,256})/g,
    accept: isPassword,
  },
  {
    kind: "password on a command line",
    hints: ["mysql", "mariadb"],
    pattern: new RegExp(
      `\\b(?:mysql|mariadb)(?:-?[a-z]{2,8})?(?: (?:(?!mysql|mariadb)[^\\n|;&]){0,100}?)? -p${ARGUMENT}`,
      "g",
    ),
    accept: isStrong,
  },
  {
    kind: "password on a command line",
    hints: ["sshpass -p"],
    pattern: new RegExp(`sshpass -p ?${ARGUMENT}`, "g"),
    accept: isPassword,
  },
  {
    kind: "password on a command line",
    hints: ["docker login", "podman login", "helm registry login", "redis-cli"],
    pattern: new RegExp(`(?:login|redis-cli)(?: (?:(?!login|redis)[^\\n|;&]){0,100}?)? (?:-p|-a)[ =]?${ARGUMENT}`, "g"),
    accept: isStrong,
  },
  {
    kind: "password on a command line",
    hints: ["curl ", "wget "],
    pattern:
      /\b(?:curl|wget)(?:\s(?:(?!curl|wget)[^\n|;&]|\\\n){0,160}?)?\s(?:-u|--user)[ =]{1,3}["']?[\w.@+-]{1,64}:["']?([^\s"'$:{<][^\s"']{2,127})/g,
    accept: isStrong,
  },
  {
    kind: "password on a command line",
    hints: ["net user "],
    anyCase: true,
    pattern: new RegExp(`\\bnet user [\\w.-]{1,64} ${ARGUMENT}`, "gi"),
    accept: isStrong,
  },
  {
    kind: "password on a command line",
    hints: ["chpasswd"],
    pattern: /(?<![\w.-])[\w.-]{1,64}:([^\s"'$:]{3,128})["']?\s{0,5}\|\s{0,5}(?:sudo )?chpasswd/g,
    accept: isPassword,
  },
  {
    kind: "password on a command line",
    hints: ["convertto-securestring"],
    anyCase: true,
    pattern: /ConvertTo-SecureString(?: -String)? ["']([^"'$\n]{4,128})["']/gi,
    accept: isPassword,
  },
  {
    kind: "password of a password file",
    hints: [".pgpass"],
    pattern: /(?<![\w.*-])[\w.*-]{1,100}:(?:\d{2,5}|\*):[\w.*-]{1,64}:[\w.*-]{1,64}:([^\s"':$]{3,128})/g,
    accept: isPassword,
  },
  {
    kind: "password of a .netrc",
    hints: ["login"],
    pattern: /\blogin\s{1,8}\S{1,100}\s{1,8}password\s{1,8}["']?([^\s"']{3,128})/g,
    accept: isStrong,
  },
  {
    kind: "registry credential",
    hints: [":_authToken=", ":_auth=", ":_password="],
    pattern: /:_(?:authToken|auth|password)=["']?([A-Za-z0-9+/=_.-]{8,512})/g,
    accept: isPassword,
  },
  {
    kind: "HTTP authorization",
    hints: ["basic ", '"auth"', "auth\\"],
    anyCase: true,
    pattern:
      /(?:authorization\\?["']?\s{0,3}[:=,]\s{0,3}\\?["']?basic |"auth\\?"\s{0,3}:\s{0,3}\\?")([A-Za-z0-9+/]{8,400}={0,2})/gi,
    accept: (_match, group) => isBasicCredential(group),
  },
  {
    kind: "HTTP authorization",
    hints: ["bearer "],
    anyCase: true,
    pattern: /authorization\\?["']?\s{0,3}[:=,]\s{0,3}\\?["']?bearer ([A-Za-z0-9+/=_.~-]{20,2000})/gi,
    accept: isStrong,
  },
];

function unquoted(argument: string): string {
  return argument.replace(/^["']|["']$/g, "");
}
