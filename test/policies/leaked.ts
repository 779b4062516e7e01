/** Key-shaped texts, put together here so that no file holds one. Each is random-looking but fixed. */
export const leaked = {
  accessKeyId: ["AK", "IA", "QX7RZ2LMNB3TW5VC"].join(""),
  sampleAccessKeyId: ["AK", "IA", "IOSFODNN7EXAMPLE"].join(""),
  secretKey: ["h8Fq2LzX0p", "Rk7Vb/3Nd", "S9wYt+1Ucj", "G4mQe6aBiKo"].join(""),
  privateKey: [
    "-----BEGIN ",
    "PRIVATE KEY-----\n",
    "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC".repeat(2),
    "\n-----END ",
    "PRIVATE KEY-----",
  ].join(""),
  url: ["postgres://", "shop:", "tr0ub4dor", "@db.internal:5432/shop"].join(""),
  github: ["gh", "p_", "a1B2c3D4e5F6".repeat(3)].join(""),
  gitlab: ["gl", "pat-", "a1B2c3D4e5F6g7H8i9J0"].join(""),
  slack: ["xo", "xb-", "123456789012-abcdefABCDEF"].join(""),
  stripe: ["sk", "_live_", "a1B2c3D4e5F6g7H8"].join(""),
  npm: ["np", "m_", "a1B2c3D4e5F6".repeat(3)].join(""),
  google: ["AI", "za", "a1B2c3D4e5F6g7H8i9J0kLmNoPqRsTuVwX_"].join(""),
  jwt: ["ey", "JhbGciOiJIUzI1NiJ9", ".ey", "JzdWIiOiIxMjM0NTY3ODkwIn0", ".dozjgNryP4J3jVmNHl0w5N"].join(""),
} as const;
