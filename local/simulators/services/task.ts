/** One try to post a callback. */
export type CallbackTry = {
  /** Milliseconds since the epoch. */
  at: number;
  /** Null: no answer came. */
  status: number | null;
  error: string | null;
  body: string;
  headers: Record<string, string>;
};

/** Everything known about one task. Times are milliseconds since the epoch. */
export type ServiceTask = {
  taskId: string;
  /** The `Idempotency-Key` under which it was posted. */
  key: string;
  /** Where it was posted. */
  path: string;
  /** The request's body. */
  input: Record<string, unknown>;
  /** How often it was posted, repetitions included. */
  posts: number;
  state: "pending" | "processing" | "completed" | "failed" | "cancelled";
  /** Percent. */
  progress: number;
  submittedAt: number;
  endedAt: number | null;
  /** What the body of a completed task says besides. */
  made: Record<string, unknown>;
  /** Why it failed or was cancelled. */
  error: string | null;
  callbacks: CallbackTry[];
};

export type BillLine = {
  taskId: string;
  key: string;
  path: string;
  input: Record<string, unknown>;
};

export function isLive({ state }: ServiceTask): boolean {
  return state === "pending" || state === "processing";
}

/** Whoever gets a result pays for it. */
export function billOf(tasks: readonly ServiceTask[]): BillLine[] {
  return tasks.filter(({ state }) => state === "completed")
    .map(({ taskId, key, path, input }) => ({ taskId, key, path, input }));
}

export function newTask(
  { key, path, input }: Pick<ServiceTask, "key" | "path" | "input">,
): ServiceTask {
  return {
    taskId: `task_${crypto.randomUUID().replaceAll("-", "").slice(0, 16)}`,
    key,
    path,
    input,
    posts: 1,
    state: "pending",
    progress: 0,
    submittedAt: Date.now(),
    endedAt: null,
    made: {},
    error: null,
    callbacks: [],
  };
}
