/** A port of 127.0.0.1 on which nobody listens now; whoever takes it next may be somebody else. */
export function findFreePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
