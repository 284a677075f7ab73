"""Checks deliveries as a receiver would that has nothing but Python's standard library.

One JSON object a line on standard input: {"secret", "headers", "body"}; one line of "ok" or of what
is wrong on standard output for each.
"""

import base64
import hashlib
import hmac
import json
import sys
import time


def fault(secret, headers, body):
    message_id, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(time.time() - int(timestamp)) > 300:
        return "too old"
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.{body}".encode()
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    for signature in headers["webhook-signature"].split(" "):
        version, _, value = signature.partition(",")
        if version == "v1" and hmac.compare_digest(value, expected):
            return None
    return "no signature fits"


for line in sys.stdin:
    print(fault(**json.loads(line)) or "ok")
