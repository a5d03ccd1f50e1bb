// Get tokens, the next one in time: `node get_token.mjs` prints one, by Node.js 20 or later alone.
// CLIENT_ID, CLIENT_SECRET and API_KEY come from the environment. A program calls `tokens` once, keeps what it
// answers, and asks that before each call.
import { pathToFileURL } from "node:url";

const OWN = "@token_url@";
const FROM = process.env.TOKEN_URL ?? OWN;
const EARLY = 60; // seconds; of a short life, a fifth of it

// `scope` names scopes with a blank between them; all that the client may have, if it names none.
export function tokens({ scope = "", clock = () => Date.now() / 1000 } = {}) {
  let asked, until = 0;
  return {
    current() {
      if (clock() >= until) {
        until = Infinity; // calls that come meanwhile wait for the same answer
        const begun = clock();
        asked = ask(scope).then(
          ({ access_token, expires_in }) => {
            until = begun + expires_in - Math.min(EARLY, expires_in / 5);
            return access_token;
          },
          (error) => {
            until = 0;
            throw error;
          },
        );
      }
      return asked;
    },
    // After a 401: the next `current` asks for another.
    forget() {
      until = 0;
    },
  };
}

async function ask(scope) {
  const { CLIENT_ID, CLIENT_SECRET, API_KEY } = process.env;
  const both = [CLIENT_ID, CLIENT_SECRET].map(encodeURIComponent).join(":");
  const key = FROM === OWN && { "x-api-key": API_KEY }; // another's endpoint has no business with it
  const answer = await fetch(FROM, {
    method: "POST",
    headers: { Authorization: `Basic ${btoa(both)}`, ...key },
    body: new URLSearchParams({ grant_type: "client_credentials", ...(scope && { scope }) }),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`); // 429, 503: Retry-After says how long to wait
  return answer.json();
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) console.log(await tokens().current());
