function where(user: string): string {
  return `project_id = (select project_id from public.projects where user_id = '${user}')`;
}

function attemptOf(user: string, kind: string): string {
  return `step_id = (select step_id from private.steps where ${
    where(user)
  } and kind = '${kind}' limit 1)`;
}

/**
 * How each invariant can be broken by hand, on the films of check_invariants_test.ts: `done`,
 * `cancelled`, `paused`, `failed`, `waiting`.
 */
export const BREAKS: Record<string, string> = {
  "a finished project has no open scene": `update public.scenes set status = 'generating' where ${
    where("done")
  }`,
  "a finished project has no open chunk":
    `update public.video_chunks set status = 'IN_PROGRESS' where ${where("failed")}`,
  "a finished project has no open step but to give requests up":
    `update private.steps set status = 'queued' where ${where("done")} and kind = 'store_film'`,
  "a finished step has no open attempt": `update private.attempts
    set status = 'submitted', ended_at = null, deadline_at = now() where ${
    attemptOf("done", "generate_clip")
  }`,
  "a step has one open attempt at most": `insert into private.attempts
    (step_id, number, provider, status, input, input_hash, deadline_at)
    select step_id, number + 1, provider, status, input, input_hash, deadline_at
    from private.attempts where status = 'submitted' limit 1`,
  "a waiting step has an open attempt": `update private.attempts
    set status = 'failed', ended_at = now() where ${attemptOf("waiting", "generate_clip")}`,
  "a completed scene has only completed chunks":
    `update public.video_chunks set status = 'PENDING' where ${where("done")}`,
  "an unfinished project has an open step": `update private.steps
    set status = 'cancelled', claim_token = null where ${where("waiting")}`,

  "a completed film has all its parts": `delete from public.media where ${
    where("done")
  } and type = 'film'`,
  "a completed film with captions has them as files": `update public.projects
    set film_options = '{"captions": "files"}' where ${where("done")}`,
  "a completed film has the sound of each scene": `update public.scenes
    set audio_url = 'https://a.test/1.mp3' where ${where("done")}`,
  "a scene has one selected take": `update public.video_chunks set selected = false where ${
    where("done")
  }`,
  "chunks of a take count up from 1": `update public.video_chunks set position = 3 where ${
    where("waiting")
  } and position = 2`,
  "scenes of a project count up from 1": `update public.scenes set position = 4 where ${
    where("waiting")
  } and position = 2`,
  "versions of a video count up from 1":
    `update public.projects set version = 2 where user_id = 'paused'`,

  "what is kept of a film goes with it": `update public.pipeline_events
    set project_id = 'proj_of_nobody' where ${where("done")}`,

  "an attempt that is waited for has a deadline":
    `alter table private.attempts drop constraint attempt_is_whole;
    update private.attempts set deadline_at = null where status = 'submitted'`,
  "a clip belongs to its scene's film":
    `update public.video_chunks set project_id = 'proj_of_nobody' where ${where("done")}`,
  "a step is about a scene and a clip of its own film":
    `update private.steps set chunk_id = 'chunk_of_nobody' where ${
      where("done")
    } and kind = 'generate_clip'`,
  "a request belongs to a call that was announced":
    `update private.attempts set sent_at = 'infinity' where status = 'submitted'`,
  "what was made by no call costs nothing": `update private.attempts
    set sent_at = 'infinity', actual_cost_usd = 1 where ${attemptOf("done", "generate_clip")}`,
  "a running or waiting step is looked at again":
    `update private.steps set due_at = 'infinity' where status = 'waiting'`,
  "a paused project asks for nothing new": `update private.steps set due_at = now() where ${
    where("paused")
  }`,
  "only a paused project has steps that wait for ever": `update public.projects
    set status = 'queued', paused_from = null where user_id = 'paused'`,
  "a step's attempts are all on record": `delete from private.attempts where status = 'submitted'`,
  "a completed step has its result from a completed attempt": `update private.attempts
    set status = 'failed' where ${attemptOf("done", "generate_clip")}`,
  "a request that is under way has an attempt behind it":
    `update public.video_chunks set request_id = 'made-up' where status = 'SUBMITTED'`,
  "a cancelled attempt's request is given up": `delete from private.steps where ${
    where("cancelled")
  } and kind = 'cancel_request'`,
  "a step belongs to its project's user": `update private.steps set user_id = 'somebody' where ${
    where("waiting")
  }`,
  "what is reserved and spent in the ledger is what the attempts say":
    `update private.ledger set usd = usd + 1`,
  "a film costs no more than was estimated": `update public.projects
    set estimated_cost_usd = 0 where ${where("done")}`,
  "a test costs nothing": `update public.projects set execution_mode = 'test' where ${
    where("done")
  }`,
  "a cost is not negative": `update private.attempts set actual_cost_usd = -1`,

  "the end of a film is delivered to its callback_url":
    `delete from public.webhook_deliveries where ${where("failed")} and endpoint_id is null`,
  "the notification service hears of the end of a film":
    `delete from public.webhook_deliveries where ${where("done")} and endpoint_id is not null`,
  "a delivery that has ended has its last try on record":
    `delete from public.webhook_delivery_attempts`,
  "an open delivery has a time at which it is tried": `update public.webhook_deliveries
    set due_at = 'infinity' where status in ('pending', 'delivering')`,
  "a delivery knows its lane":
    `update public.webhook_deliveries set lane = 'https://elsewhere.test' where status <> 'delivered'`,
  "what travels in a batch ends with it": `update public.webhook_deliveries
    set status = 'batched', claim_token = null, delivered_at = null`,
  "an ordered endpoint has one delivery on its way at most": `insert into private.endpoints
    (endpoint_id, user_id, url, is_ordered, updated_at)
    values ('ep_1', 'done', 'https://desk.test', true, now() - interval '1 hour');
    insert into public.webhook_deliveries (endpoint_id, lane, type, url, body, status, claim_token)
    select 'ep_1', 'ep_1', 'endpoint.test', 'https://desk.test', '{}', 'delivering', gen_random_uuid()
    from generate_series(1, 2)`,
  "an endpoint has one secret of today": `insert into private.endpoints (user_id, url)
    values ('done', 'https://desk.test')`,
  "a recorded callback has an outcome":
    `update public.webhook_logs set status = 'pending', outcome = null`,
  "a callback that did something was seen": `delete from private.seen_deliveries`,
};
