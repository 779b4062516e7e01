/** A throwaway certificate authority and a server certificate, so that everything local speaks real TLS. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./processes";

const DAYS = "2";

export interface TestTls {
  /** PEM file of the authority: what clients trust. */
  caFile: string;
  /** PEM file of the server's certificate. */
  certFile: string;
  /** PEM file of the server's private key, mode 0600. */
  keyFile: string;
}

/** Makes both in `dir` (or finds them there): RSA 2048, two days, for 127.0.0.1, ::1 and localhost. Needs the openssl program. */
export function makeTls(dir: string): TestTls {
  mkdirSync(dir, { recursive: true });
  const file = (name: string) => join(dir, name);
  const tls = { caFile: file("ca.pem"), certFile: file("server.pem"), keyFile: file("server.key") };
  if (existsSync(tls.certFile)) return tls;
  const openssl = (...args: string[]) => {
    try {
      run("tls", "openssl", args, { cwd: dir });
    } catch (error) {
      if (!(error as Error).message.includes("ENOENT")) throw error;
      throw new Error("tls: the openssl program is missing; install it: apt install openssl, or brew install openssl");
    }
  };
  const newKey = ["-newkey", "rsa:2048", "-nodes", "-sha256"];
  writeFileSync(
    file("ca.cnf"),
    "[req]\ndistinguished_name=dn\nx509_extensions=ca\nprompt=no\n[dn]\nCN=backup321 test authority\n[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n",
  );
  writeFileSync(
    file("server.ext"),
    "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth\nsubjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\n",
  );
  openssl("req", "-x509", ...newKey, "-config", "ca.cnf", "-days", DAYS, "-keyout", "ca.key", "-out", "ca.pem");
  openssl(
    "req",
    ...newKey,
    "-config",
    "ca.cnf",
    "-subj",
    "/CN=localhost",
    "-keyout",
    "server.key",
    "-out",
    "server.csr",
  );
  const signed = [
    "-CA",
    "ca.pem",
    "-CAkey",
    "ca.key",
    "-set_serial",
    `0x${Date.now().toString(16)}`,
    "-extfile",
    "server.ext",
  ];
  openssl("x509", "-req", "-in", "server.csr", "-sha256", "-days", DAYS, ...signed, "-out", "server.pem");
  return tls;
}
