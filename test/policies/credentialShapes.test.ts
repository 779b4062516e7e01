import { credentialKinds, namedKinds } from "../../policies/credentialShapes";
import { entropyBits } from "../../policies/search/literals";
import { leaked } from "./leaked";

const sha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709";

describe("a text that holds a credential", () => {
  test.each([
    ["AWS access key id", leaked.accessKeyId],
    ["AWS access key id", `export AWS_ACCESS_KEY_ID=${leaked.accessKeyId}; run`],
    ["AWS secret access key", `aws_secret_access_key = ${leaked.secretKey}`],
    ["AWS secret access key", `{"SecretAccessKey": "${leaked.secretKey}"`],
    ["AWS session token", ["IQo", "Jb3JpZ2lu", "X2VjEJr".repeat(10)].join("")],
    ["private key", leaked.privateKey],
    ["private key", leaked.privateKey.replace("PRIVATE", "RSA PRIVATE")],
    ["private key", leaked.privateKey.replaceAll("\n", "\\n")],
    ["password in a URL", leaked.url],
    ["password in a URL", `see ${leaked.url} there`],
    ["password in a connection string", ["host=db user=shop pass", "word=tr0ub4dor"].join("")],
    ["password in a connection string", ["jdbc:postgresql://db/shop?user=a&pass", "word=tr0ub4dor"].join("")],
    ["password in a shell assignment", ["PGPASS", "WORD=tr0ub4dor pg_dump"].join("")],
    ["GitHub token", leaked.github],
    ["GitHub token", ["github", "_pat_", "a1B2c3D4e5F6".repeat(7)].join("")],
    ["GitLab token", leaked.gitlab],
    ["Slack token", leaked.slack],
    [
      "Slack webhook URL",
      ["https://hooks.slack", ".com/services/T0AAAAAA/B0BBBBBB/", "a1B2c3D4e5F6g7H8i9J0k1L2"].join(""),
    ],
    ["Stripe key", leaked.stripe],
    ["npm token", leaked.npm],
    ["PyPI token", ["py", "pi-AgEIcHlwaS5vcmc", "a1B2c3D4e5".repeat(6)].join("")],
    ["Google key", leaked.google],
    ["Google OAuth secret", ["GOC", "SPX-", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4"].join("")],
    [
      "SendGrid token",
      ["S", "G.", "a1B2c3D4e5F6g7H8i9J0k1", ".", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V"].join(""),
    ],
    ["DigitalOcean token", ["do", "p_v1_", "0a1b2c3d".repeat(8)].join("")],
    ["Docker Hub token", ["dckr", "_pat_", "a1B2c3D4e5F6g7H8i9J0k1L2m3N"].join("")],
    ["Pulumi token", ["pu", "l-", "0a1b2c3d".repeat(5)].join("")],
    ["JSON web token", leaked.jwt],
    ["password in a text", "db:\n  password: tr0ub4dor\n"],
    ["password in a text", '{"a": "b", "password": "tr0ub4dor"'],
    ["password in a text", "<server><password>tr0ub4dor</password></server>"],
    ["password in a text", "- name: DB_PASSWORD\n  value: tr0ub4dor\n"],
    ["password in a text", "define('DB_PASSWORD', 'tr0ub4dor');"],
    ["password in a text", "tool --password tr0ub4dor run"],
    ["key or token in a text", `DD_API_KEY=${sha1.slice(0, 32)} run`],
    ["password on a command line", "mysqldump -h db -ptr0ub4dor shop"],
    ["password on a command line", "curl -fsS -u shop:tr0ub4dor https://x"],
    ["password on a command line", 'echo "root:tr0ub4dor" | chpasswd'],
    ["HTTP authorization", `Authorization: Basic ${Buffer.from("shop:tr0ub4dor").toString("base64")}`],
  ])("is told as %s", (kind, text) => {
    expect(credentialKinds(text)).toEqual([kind]);
  });

  test("is told as an AWS secret access key by its name alone", () => {
    expect(credentialKinds(leaked.secretKey, "AWS_SECRET_ACCESS_KEY")).toEqual(["AWS secret access key"]);
    expect(credentialKinds(leaked.secretKey, "secretKey")).toEqual(["AWS secret access key"]);
  });

  test("names each kind once", () => {
    expect(credentialKinds(`${leaked.accessKeyId} ${leaked.accessKeyId} ${leaked.github}`)).toEqual([
      "AWS access key id",
      "GitHub token",
    ]);
  });

  test("is told after harmless matches of the same shape", () => {
    expect(credentialKinds(`${leaked.sampleAccessKeyId} ${leaked.accessKeyId}`)).toEqual(["AWS access key id"]);
  });
});

describe("a text that holds none passes", () => {
  test.each([
    ["AWS's documented sample key id", leaked.sampleAccessKeyId],
    [
      "AWS's documented sample secret",
      `aws_secret_access_key=${["wJalrXUtnFEMI/K7MDENG", "/bPxRfiCYEXAMPLEKEY"].join("")}`,
    ],
    ["a role's unique id", "AROAQX7RZ2LMNB3TW5VC"],
    ["a longer identifier around the shape", `x${leaked.accessKeyId}`],
    ["a secret's ARN", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/db-AbCdEf"],
    ["a key's ARN", "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
    ["a UUID", "1234abcd-12ab-34cd-56ef-1234567890ab"],
    ["a SHA-1", sha1],
    ["an image digest", `repo/app@sha256:${"0a1b2c3d".repeat(8)}`],
    [
      "a certificate",
      ["-----BEGIN CERTIFICATE-----\n", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "\n-----END CERTIFICATE-----"].join(""),
    ],
    [
      "a public key",
      ["-----BEGIN PUBLIC KEY-----\n", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "\n-----END PUBLIC KEY-----"].join(""),
    ],
    ["a private key's header without a key", ["-----BEGIN ", "PRIVATE KEY-----"].join("")],
    ["a URL without a password", "postgres://shop@db.internal:5432/shop"],
    ["a URL with a port and an @ in its path", "https://example.com:8443/@scope/package"],
    ["a URL whose password is a variable", ["postgres://shop:", "${DB_PASSWORD}", "@db/shop"].join("")],
    ["a URL whose password is a blank", ["postgres://shop:", "<password>", "@db/shop"].join("")],
    ["an e-mail address", "mailto:ops@example.com"],
    ["a connection string with a variable", 'host=db password=$DB_PASSWORD user="x"'],
    ["minified code that assigns", "let{host=a,user=b,password=c}=d;this.password=host.password"],
    ["code that assigns", "host = url.host;\npassword = url.password;"],
    ["a password far from any connection", `host=db ${"-".repeat(400)} password=abcdef`],
    ["a sentence about passwords", "The minimum is password = twelve characters"],
    ["a shell variable taken from a command", "PGPASSWORD=$(fetch-secret)"],
    ["a dynamic reference", "{{resolve:secretsmanager:shop:SecretString:password}}"],
    ["an image that shares a prefix", "npm_config_cache"],
    ["a snake-case word", "gh_pages_branch"],
    ["a masked token", `${["gh", "p_"].join("")}${"x".repeat(36)}`],
    ["a masked access key id", `${["AK", "IA"].join("")}${"X".repeat(16)}`],
    ["a token as a manual prints it", `key = ${["sk", "_live_"].join("")}YOUR_KEY_HERE_AND_MORE1`],
    ["a variable on a command line", "mysqldump -h db -p$DB_PASSWORD shop"],
    ["ports on a command line", "docker run -p 8080:80 -u 1000:1000 app"],
    ["a user without a password", `Authorization: Basic ${Buffer.from("shop:").toString("base64")}`],
    ["a word under a password's name", "password: required\n"],
    ["a call under a password's name", 'password = os.environ["DB_PASSWORD2"]\n'],
    ["a member under a password's name", "password = random_password.db1.result\n"],
    ["prose that goes on", "password: must2have digits and letters\n"],
    ["a request's token", `clientRequestToken: "${sha1}"`],
    ["an ARN with a name in it", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-9SysP7:password::"],
    ["the empty text", ""],
  ])("%s", (_what, text) => {
    expect(credentialKinds(text)).toEqual([]);
  });

  test("40 characters under a name that says nothing", () => {
    expect(credentialKinds(leaked.secretKey, "checksum")).toEqual([]);
  });

  test("a SHA-1 under a name that says secret key", () => {
    expect(credentialKinds(sha1, "secretKey")).toEqual([]);
  });
});

// Shapes that match again and again, and almost: a search that looks back or ahead without a bound would not end here.
test.each(["password=abc ", "password = ", "a://a:", "eyJ", "-----BEGIN RSA ", "aws_secret_access_key=", "a"])(
  "two million characters of %j are searched in one pass",
  (piece) => {
    expect(credentialKinds(piece.repeat(2_000_000 / piece.length))).toEqual([]);
  },
);

test("entropy is counted in bits per character", () => {
  expect(entropyBits("")).toBe(0);
  expect(entropyBits("aaaa")).toBe(0);
  expect(entropyBits("abab")).toBe(1);
  expect(entropyBits("abcd")).toBe(2);
});

describe("a text of which its name alone says what it is", () => {
  test.each([
    ["dbPassword", "tr0ub4dor", "password"],
    ["/shop/db/password", "tr0ub4dor", "password"],
    ["DD_API_KEY", sha1.slice(0, 32), "key or token"],
    ["HEROKU_API_KEY", "1234abcd-12ab-34cd-56ef-1234567890ab", "key or token"],
  ])("%s", (name, text, kind) => {
    expect(namedKinds(text, name)).toEqual([{ kind, byName: true }]);
    expect(namedKinds(text, "comment")).toEqual([]);
  });

  test.each([
    ["dbPassword", "required"],
    ["dbPassword", "changeme"],
    ["dbPassword", "short1"],
    ["dbPassword", "${DB_PASSWORD_1}"],
    ["apiKey", "shop-orders-api-key-2"],
    ["apiKey", "/shop/api-key-1234567890"],
    ["secret", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-9SysP7"],
    ["clientRequestToken", "1234abcd-12ab-34cd-56ef-1234567890ab"],
  ])("%s is none with %s", (name, text) => {
    expect(namedKinds(text, name)).toEqual([]);
  });

  test("is told by its shape where it has one", () => {
    expect(namedKinds(leaked.github, "password")).toEqual([{ kind: "GitHub token", byName: false }]);
  });
});
