/**
 * Milliseconds that who has done something stays for what follows from it. pg_net pauses a second between
 * two rounds (worker.c), so that a bell which comes soon after another one would be heard a second late.
 */
export const LINGER = 1200;
