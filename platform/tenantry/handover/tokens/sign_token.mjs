// Sign a token: `PRIVATE_KEY_FILE=key.pem node sign_token.mjs "items:read items:write"`, by Node.js 20 or later alone.
// The key stays where it is: the API knows its public half alone.
import { constants, createPrivateKey, randomUUID, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const {
  KID = "@kid@",
  ALGORITHM = "@algorithm@",
  ISSUER = "@issuer@",
  AUDIENCE = "@audience@",
} = process.env;
const LIFE = 600; // seconds; sign the next one before they are over

export function token(pem, scope, subject = "my-program") {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: ISSUER, aud: AUDIENCE, sub: subject, iat: now, exp: now + LIFE, jti: randomUUID(), scope };
  const parts = [{ alg: ALGORITHM, kid: KID, typ: "at+jwt" }, claims];
  const signed = parts.map((each) => Buffer.from(JSON.stringify(each)).toString("base64url")).join(".");
  return `${signed}.${signature(Buffer.from(signed), createPrivateKey(pem)).toString("base64url")}`;
}

function signature(signed, key) {
  if (ALGORITHM.startsWith("Ed")) return sign(null, signed, key);
  const hash = `sha${ALGORITHM.slice(2)}`;
  if (ALGORITHM.startsWith("ES")) return sign(hash, signed, { key, dsaEncoding: "ieee-p1363" });
  if (ALGORITHM.startsWith("RS")) return sign(hash, signed, key);
  return sign(hash, signed, {
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(token(readFileSync(process.env.PRIVATE_KEY_FILE), process.argv.slice(2).join(" ")));
}
