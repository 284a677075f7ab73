import { parseJson } from "../_shared/json.ts";
import { findUnstorable } from "../_shared/storable.ts";

/** What a custom source's body says. */
export type SourceBody = {
  /** Null where it is no JSON, or jsonb cannot hold it. */
  data: unknown;
  /** Null where the source has no id path, or the body nothing there. */
  id: string | null;
  type: string;
};

const LONGEST = 255;
const USUAL_TYPE = "webhook.received";

/** Reads a body by the dotted paths of its source: `data.event.id`, `items.0.id`. Takes anything. */
export function readSourceBody(
  body: Uint8Array,
  { id_path, type_path }: { id_path: string | null; type_path: string | null },
): SourceBody {
  const json = parseJson(body);
  if (!json.ok) return { data: null, id: null, type: USUAL_TYPE };

  return {
    data: findUnstorable(json.value) === null ? json.value : null,
    id: textAt(json.value, id_path),
    type: textAt(json.value, type_path) ?? USUAL_TYPE,
  };
}

/** Null where there is no text and no number, or one that could be mistaken for another. */
function textAt(value: unknown, path: string | null): string | null {
  if (path === null) return null;
  const found = path.split(".").reduce(
    (inside: unknown, key) => isRecord(inside) && Object.hasOwn(inside, key) ? inside[key] : null,
    value,
  );
  // JSON's large whole numbers lose their last digits: two deliveries would seem to be one.
  if (typeof found === "number") return Number.isSafeInteger(found) ? `${found}` : null;
  if (typeof found !== "string" || found === "" || found.length > LONGEST) return null;
  return findUnstorable(found) === null ? found : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
