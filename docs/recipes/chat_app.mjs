// A chat app: orders a film, and tells where it is once the signed callback came.
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { once } from "node:events";

const { API = "http://127.0.0.1:54321/functions/v1", ...secrets } = process.env;
const hmac = (key, text, form) => createHmac("sha256", key).update(text).digest(form);
const signingKey = Buffer.from(secrets.CALLBACK_SIGNING_SECRET.replace("whsec_", ""), "base64");

const server = createServer(async (request, response) => {
  let text = "";
  for await (const part of request.setEncoding("utf8")) text += part;
  const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": given } = request.headers;
  const own = `v1,${hmac(signingKey, `${id}.${at}.${text}`, "base64")}`;
  const isSigned = given?.split(" ").some((one) => hmac("x", one, "hex") === hmac("x", own, "hex"));
  const isOurs = isSigned && Math.abs(Date.now() / 1000 - at) <= 300;
  response.writeHead(isOurs ? 204 : 401).end();
  if (isOurs) server.emit("film", JSON.parse(text));
}).listen(0, "127.0.0.1");
await once(server, "listening");

const callback_url = `http://127.0.0.1:${server.address().port}/`;
const prompt = process.argv.slice(2).join(" ") || "A kettle on a stove";
const job = { video_id: `chat-${Date.now()}`, user_id: "chat", prompt, callback_url };
const body = JSON.stringify(job);
const headers = { "x-webhook-signature": hmac(secrets.WEBHOOK_SECRET, body, "hex") };
const answer = await fetch(`${API}/webhook`, { method: "POST", body, headers });
console.log(answer.status, await answer.json());
if (!answer.ok) process.exit(1);
const [{ type, data }] = await once(server, "film");
console.log(type, data.final_video_url ?? data.error);
server.close();
