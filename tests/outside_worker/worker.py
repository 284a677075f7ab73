"""A worker that stands outside: it pays fal itself, keeps a chunk of its own, and polls for it.

Python's standard library and psycopg2 alone. Prints the chunk as one line of JSON.
"""

import json
import os
import sys
import time
import urllib.request
import uuid

import psycopg2

ENDPOINT = "fal-ai/kling-video/v2.6/standard/motion-control"
POLL_PAUSE_S = 0.05


def submit(driver_video_url, target_image_url, prompt, webhook_url):
    """Submits to fal's queue with a plain webhook, and returns fal's request id."""
    request = urllib.request.Request(
        f"{os.environ['FAL_QUEUE_URL']}/{ENDPOINT}?fal_webhook={webhook_url}",
        data=json.dumps(
            {
                "video_url": driver_video_url,
                "image_url": target_image_url,
                "prompt": prompt,
                "character_orientation": "video",
            }
        ).encode(),
        headers={
            "Authorization": f"Key {os.environ['FAL_KEY']}",
            "Content-Type": "application/json",
        },
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)["request_id"]


def keep_chunk(cursor, request_id, prompt):
    """Inserts a chunk of the worker's own: no scene, no project."""
    chunk_id = f"outside_{uuid.uuid4().hex}"
    cursor.execute(
        "insert into public.video_chunks (chunk_id, request_id, status, prompt, metadata)"
        " values (%s, %s, 'SUBMITTED', %s, %s)",
        (chunk_id, request_id, prompt, json.dumps({"worker": "outside"})),
    )
    return chunk_id


def find_ended(cursor, chunk_id):
    """The documented query, and its counterpart for what failed."""
    cursor.execute(
        "select status, kling_video_url, kling_completed_at is not null, error_message"
        " from public.video_chunks"
        " where chunk_id = %s and (status = 'FAILED'"
        " or status = 'COMPLETED' and kling_video_url is not null)",
        (chunk_id,),
    )
    return cursor.fetchone()


def work():
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("set role service_role")
        prompt = os.environ["PROMPT"]
        request_id = submit(
            os.environ["DRIVER_VIDEO_URL"],
            os.environ["TARGET_IMAGE_URL"],
            prompt,
            os.environ["WEBHOOK_URL"],
        )
        chunk_id = keep_chunk(cursor, request_id, prompt)
        until = time.monotonic() + float(os.environ["PATIENCE_S"])
        while (ended := find_ended(cursor, chunk_id)) is None:
            if time.monotonic() > until:
                sys.exit(f"Cannot wait any longer for request {request_id}")
            time.sleep(POLL_PAUSE_S)

        status, url, is_dated, error = ended
        if status == "COMPLETED":
            # What a worker does next: sound, an upload, and the result on its own row.
            cursor.execute(
                "update public.video_chunks set audio_url = %s, final_video_url = %s"
                " where chunk_id = %s",
                (f"{url}.mp3", f"{url}?muxed", chunk_id),
            )
    connection.close()
    print(
        json.dumps(
            {
                "chunk_id": chunk_id,
                "request_id": request_id,
                "status": status,
                "kling_video_url": url,
                "is_dated": is_dated,
                "error": error,
            }
        )
    )


if __name__ == "__main__":
    work()
