/** What a storm may write into error_logs; anything else nobody expected. */
const EXPECTED: readonly RegExp[] = [
  // A runner was killed, or took longer than its lease.
  /^Cannot finish \w+: the runner's lease ran out$/,
  /^Cannot finish \w+: The (lease ran out|claim was over) before anything was sent$/,
  // The provider was told to.
  /^Cannot finish \w+: fal refused the request \((422|429|500|503)\)/,
  /^Cannot finish \w+: .*The storm flagged this input/,
  /^Cannot finish \w+: .*The runner went away/,
  /^Cannot finish \w+: .*Failed to download the file/,
  /^Cannot finish \w+: .*(could not connect|connection refused|Connection refused|not reached|could not be reached)/,
  /^Cannot finish generate_clip: No result of generate_clip after \d+ s \(give_up_seconds/,
  /^Cannot finish \w+: Cannot tell whether (fal|openai) accepted the request/,
  // Postgres was dead while a film, or its captions, were stored.
  /^Cannot finish store_(film|captions): /,
  /^Cannot finish cancel_request: /,
  // The client was told to.
  /^Cannot deliver ([\w.]+): (Receiver|HTTP 503)/,
  // A transaction was held, a connection cut, a deadlock victim sent again.
  /^Cannot process callback: canceling statement due to (lock|statement) timeout$/,
];

/** Of what was under way when all that is known of its user was deleted. */
const FORGOTTEN = /^The attempt that the token names is not kept any more$/;

export function isExpected(
  message: string,
  { wereUsersDeleted }: { wereUsersDeleted: boolean },
): boolean {
  return EXPECTED.some((pattern) => pattern.test(message)) ||
    (wereUsersDeleted && FORGOTTEN.test(message));
}
