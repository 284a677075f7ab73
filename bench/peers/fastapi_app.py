"""A webhook backend on FastAPI, Redis and ARQ's queue, in the shape of seed 002.

The enqueue is what arq 0.25 does for enqueue_job: watch the job's key, see that neither job nor result
exists, then write the pickled job and its place in the queue in one MULTI. Nothing is verified, and
nothing is durable before Redis next saves.
"""

import os
import pickle
import time
import uuid
from typing import Optional

from fastapi import FastAPI
from pydantic import BaseModel
from redis import asyncio as redis

app = FastAPI()
pool = redis.Redis(port=int(os.environ["REDIS_PORT"]), max_connections=100)


class WebhookData(BaseModel):
    prompt: Optional[str] = None
    image_url: Optional[str] = None
    video_id: str
    chat_id: Optional[str] = None
    user_id: str
    user_email: Optional[str] = None
    user_name: Optional[str] = None
    is_revision: Optional[bool] = None
    request_timestamp: Optional[str] = None
    source: Optional[str] = None
    version: Optional[str] = None
    idempotency_key: Optional[str] = None
    callback_url: Optional[str] = None
    webhookUrl: Optional[str] = None
    executionMode: Optional[str] = None
    scenes: Optional[list] = None


@app.post("/webhook", status_code=202)
async def webhook(data: WebhookData):
    task_id = uuid.uuid4().hex
    await enqueue("process_video", task_id, data.dict())
    return {"task_id": task_id, "status": "queued"}


async def enqueue(function: str, job_id: str, argument: dict) -> None:
    key = "arq:job:" + job_id
    now = int(time.time() * 1000)
    job = pickle.dumps({"t": None, "f": function, "a": (argument,), "k": {}, "et": now})
    async with pool.pipeline(transaction=True) as pipe:
        await pipe.watch(key)
        if await pipe.exists(key, "arq:result:" + job_id):
            return
        pipe.multi()
        pipe.psetex(key, 86_400_000, job)
        pipe.zadd("arq:queue", {job_id: now})
        await pipe.execute()
