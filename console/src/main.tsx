/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { signal } from "@preact/signals";
import { render } from "preact";
const n = signal(1);
function App() { return <main onClick={() => n.value++}>{n}</main>; }
const el = document.getElementById("app");
if (el) render(<App />, el);
