/**
 * Passes a stream on and breaks it at its end where it is empty or not as long as announced
 * (bytes; null: not announced), so that whoever stores it does not keep half a file.
 */
export function countBytes(
  body: ReadableStream<Uint8Array>,
  announced: number | null,
): { body: ReadableStream<Uint8Array>; isWhole: () => boolean } {
  let bytes = 0;
  let whole = false;

  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      controller.enqueue(chunk);
    },
    flush(controller) {
      whole = bytes > 0 && (announced === null || announced === bytes);
      if (!whole) controller.error(new Error(`Cannot pass file on: it ended after ${bytes} bytes`));
    },
  });

  return { body: body.pipeThrough(counter), isWhole: () => whole };
}
