/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { render } from "preact";
import * as z from "zod/mini";
import { App } from "./app.tsx";
import { startState } from "./state.ts";

// Its faster parsers are made by eval, which the page's policy forbids.
z.config({ jitless: true });

startState();
const place = document.getElementById("app");
if (place) render(<App />, place);
