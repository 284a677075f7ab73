// The Express handler of the API's page as it stands, on what it uses of Express: JSON bodies by their
// content type, `status`, `send`. Prints a line for each POST.
import { createServer } from "node:http";

const routes = {};
const app = { post: (path, handler) => routes[path] = handler };

app.post("/webhooks/video-complete", (req, res) => {
  const { status, video_url, error } = req.body;

  if (req.headers.authorization !== `Bearer ${process.env.WEBHOOK_SECRET}`) {
    return res.status(401).send("Unauthorized");
  }

  if (status === "completed") {
    console.log(`Video ready: ${video_url}`);
  } else if (status === "failed") {
    console.error(`Video generation failed: ${error}`);
  }

  res.status(200).send("OK");
});

const server = createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const text = Buffer.concat(parts).toString();
    const isJson = /^application\/json\b/.test(request.headers["content-type"] ?? "");
    let code = 200;
    const res = {
      status: (given) => (code = given, res),
      send: (words) => {
        console.log(JSON.stringify({ code, body: isJson ? JSON.parse(text) : null }));
        response.writeHead(code).end(words);
      },
    };
    const handler = request.method === "POST" && routes[request.url];
    if (!handler) return res.status(404).send("Not found");
    handler({ headers: request.headers, body: isJson ? JSON.parse(text) : {} }, res);
  });
});
server.listen(0, "127.0.0.1", () => console.log(`listening ${server.address().port}`));
