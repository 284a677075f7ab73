// A chat app: orders a film, and tells where it is once the signed callback came.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { once } from "node:events";

const { API = "http://127.0.0.1:54321/functions/v1", WEBHOOK_SECRET, CALLBACK_SIGNING_SECRET } =
  process.env;
const prompt = process.argv.slice(2).join(" ") || "A kettle on a stove";

const server = createServer((request, response) => {
  let text = "";
  request.on("data", (part) => text += part).on("end", () => {
    const key = Buffer.from(CALLBACK_SIGNING_SECRET.split(",")[0].replace("whsec_", ""), "base64");
    const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": given } =
      request.headers;
    const own = Buffer.from(
      createHmac("sha256", key).update(`${id}.${at}.${text}`).digest("base64"),
    );
    const isOurs = given?.split(" ").some((one) => {
      const other = Buffer.from(one.replace("v1,", ""));
      return own.length === other.length && timingSafeEqual(own, other);
    });
    response.writeHead(isOurs ? 204 : 401).end();
    if (isOurs) server.emit("film", JSON.parse(text));
  });
}).listen(0, "127.0.0.1");
await once(server, "listening");

const callback_url = `http://127.0.0.1:${server.address().port}/`;
const body = JSON.stringify({
  video_id: `chat-${Date.now()}`,
  user_id: "chat",
  prompt,
  callback_url,
});
const signature = createHmac("sha256", WEBHOOK_SECRET.split(",")[0]).update(body).digest("hex");
const answer = await fetch(`${API}/webhook`, {
  method: "POST",
  body,
  headers: { "x-webhook-signature": signature },
});
console.log(answer.status, await answer.json());
const [{ type, data }] = await once(server, "film");
console.log(type, data.final_video_url ?? data.error);
server.close();
