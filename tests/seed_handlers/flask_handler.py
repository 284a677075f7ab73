"""The Flask handler of the API's page as it stands, on what it uses of Flask: the request's headers,
its JSON by its content type (415 otherwise), an answer with its status. Prints a line for each POST."""
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class App:
    def __init__(self):
        self.routes = {}

    def route(self, path, methods):
        def keep(handler):
            for method in methods:
                self.routes[method, path] = handler
            return handler
        return keep


class Unsupported(Exception):
    pass


class Request:
    headers = None
    text = b""

    @property
    def json(self):
        if not self.headers.get("Content-Type", "").startswith("application/json"):
            raise Unsupported()
        return json.loads(self.text)


app, request = App(), Request()


@app.route('/webhooks/video-complete', methods=['POST'])
def handle_video_webhook():
    if request.headers.get('Authorization') != f"Bearer {os.environ['WEBHOOK_SECRET']}":
        return 'Unauthorized', 401

    data = request.json
    task_id = data['task_id']
    status = data['status']

    if status == 'completed':
        video_url = data['video_url']
        print(f"Video ready: {video_url}", flush=True)
    elif status == 'failed':
        error = data['error']
        print(f"Video generation failed: {error}", flush=True)

    return 'OK', 200


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        request.headers = self.headers
        request.text = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            words, code = app.routes["POST", self.path]()
        except Unsupported:
            words, code = "Unsupported Media Type", 415
        except Exception as error:
            words, code = repr(error), 500
        print(json.dumps({"code": code, "body": json.loads(request.text)}), flush=True)
        self.send_response(code)
        self.end_headers()
        self.wfile.write(words.encode())

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
print(f"listening {server.server_port}", flush=True)
sys.stdout.flush()
server.serve_forever()
