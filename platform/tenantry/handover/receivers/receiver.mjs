// Take signed webhooks. Node.js 18 or later, nothing to install: WEBHOOK_SECRET=whsec_... node receiver.mjs 8080
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const SECRET = Buffer.from(process.env.WEBHOOK_SECRET.split("_")[1], "base64");
const TOLERANCE = 300; // seconds that clocks may differ by
const taken = new Set(); // keep these ids for 14 days, in a store that all your processes share

// Whether the signature is ours and fresh; the body is the bytes as they came.
function verified(headers, body) {
  const moment = headers["webhook-timestamp"] ?? "";
  if (!/^\d+$/.test(moment) || Math.abs(Date.now() / 1000 - Number(moment)) > TOLERANCE) return false;
  const hash = createHmac("sha256", SECRET).update(`${headers["webhook-id"]}.${moment}.`).update(body);
  const own = Buffer.from(`v1,${hash.digest("base64")}`);
  return (headers["webhook-signature"] ?? "").split(" ").some((each) => {
    const given = Buffer.from(each);
    return given.length === own.length && timingSafeEqual(given, own);
  });
}

const server = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  if (!verified(request.headers, body)) return response.writeHead(401).end();
  if (!taken.has(request.headers["webhook-id"])) {
    taken.add(request.headers["webhook-id"]);
    console.log(JSON.stringify(JSON.parse(body))); // store it here, and work on it later
  }
  response.writeHead(204).end();
});
server.listen(Number(process.argv[2] ?? 8080), "127.0.0.1", () =>
  console.log(`listening on port ${server.address().port}`),
);
