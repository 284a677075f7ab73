import { z } from "zod";
import { type HttpServer, type Reply, serveHttp } from "../local/simulators/http_server.ts";
import { type EndpointWord, readEndpointWords } from "./endpoint_words.ts";
import type { Operator } from "./operator.ts";

const Made = z.object({ endpoint_id: z.string(), secret: z.string() });
const Rotated = z.object({ secret: z.string() });

/** A user's standing endpoint, and what it has taken. */
export type StandingEndpoint = {
  id: string;
  /** Of its URL; null: its creation was not answered yet. */
  path: string | null;
  userId: string;
  isOrdered: boolean;
  /** It was disabled or deleted for a while, and need not have heard of everything. */
  hasMissed: boolean;
  /** In the order in which each came first. */
  taken: EndpointWord[];
  /** Requests that none of its secrets signed. */
  unsigned: number;
  secrets: string[];
};

const SPECS = [
  { user_id: "user 1", is_ordered: true },
  { user_id: "user 2", batch_size: 10, batch_ms: 500 },
  { user_id: "user 3", max_in_flight: 1 },
  { user_id: "user 4", is_ordered: true, batch_size: 5, batch_ms: 300 },
];
/** Every so many requests are not taken. */
const REFUSE_EVERY = 9;

/** Standing endpoints of some users, on a server of their own. */
export class Endpoints {
  readonly all: StandingEndpoint[] = [];
  #operator: Operator;
  #server: HttpServer | null = null;
  #requests = 0;

  constructor(operator: Operator) {
    this.#operator = operator;
  }

  async open(): Promise<void> {
    this.#server = await serveHttp({ handle: (request) => this.#take(request) });
    for (const spec of SPECS) await this.#add(spec);
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
  }

  /** Gives one of them another secret, disables it for a moment, or puts another in its place. */
  async change({ force, choice }: { force: number; choice: number }): Promise<void> {
    const endpoint = this.all[Math.floor(choice * this.all.length)];
    if (endpoint === undefined) return;
    const path = `/endpoints/${endpoint.id}`;
    if (force < 0.3) {
      const { status, body } = await this.#operator.ask(`${path}/rotate`);
      if (status === 200) endpoint.secrets.push(Rotated.parse(body).secret);
      return;
    }
    endpoint.hasMissed = true;
    if (force < 0.6) {
      await this.#operator.ask(`${path}/disable`);
      await this.#operator.ask(`${path}/enable`);
      return;
    }
    await this.#operator.ask(path, { method: "DELETE" });
    const another = await this.#add({
      user_id: endpoint.userId,
      is_ordered: endpoint.isOrdered,
    });
    another.hasMissed = true;
  }

  async #add(spec: { user_id: string; is_ordered?: boolean }): Promise<StandingEndpoint> {
    const place = this.all.length;
    let tries = 0;
    const endpoint: StandingEndpoint = {
      id: "",
      path: null,
      userId: spec.user_id,
      isOrdered: spec.is_ordered ?? false,
      hasMissed: false,
      taken: [],
      unsigned: 0,
      secrets: [],
    };
    this.all.push(endpoint);
    const { body } = await this.#operator.ask("/endpoints", {
      // One whose creation was never answered is another endpoint, and tells that it is not wanted.
      body: () => ({ ...spec, url: `${this.#server?.url}/${place}/${++tries}` }),
    });
    endpoint.path = `/${place}/${tries}`;
    const made = Made.parse(body);
    endpoint.id = made.endpoint_id;
    endpoint.secrets.push(made.secret);
    return endpoint;
  }

  async #take(request: Request): Promise<Reply> {
    const { pathname } = new URL(request.url);
    const endpoint = this.all[Number(pathname.split("/")[1])];
    if (endpoint?.path === null) return new Response(null, { status: 503 });
    if (endpoint?.path !== pathname) return new Response(null, { status: 410 });
    const words = await readEndpointWords(request, endpoint.secrets);
    if (words === null) {
      endpoint.unsigned++;
      return new Response(null, { status: 401 });
    }
    if (++this.#requests % REFUSE_EVERY === 0) return new Response(null, { status: 503 });
    const known = new Set(endpoint.taken.map(({ webhookId }) => webhookId));
    endpoint.taken.push(...words.filter(({ webhookId }) => !known.has(webhookId)));
    return new Response(null, { status: 204 });
  }
}
