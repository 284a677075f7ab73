/** Shots that this model makes of anything, in order. */
const SHOTS = [
  "A wide shot opens on",
  "The camera comes closer to",
  "A new place and time for",
  "A last look at",
];

/**
 * A storyboard of four scenes out of any request, the same one each time: the third is a cut, and
 * so are its colours. Where the schema asks for it, each says what is spoken over it.
 */
export function writeScript(request: string, { isSpoken = false } = {}): string {
  const subject = request.replace(/\s+/g, " ").trim().slice(0, 300);
  const scenes = SHOTS.map((shot, i) => ({
    prompt: `${shot} ${subject}`,
    duration: 5,
    continuity: i === 2 ? "cut" : "last_frame",
    ...isSpoken && { voice_over: `${shot} it.` },
  }));
  return JSON.stringify({ title: subject.slice(0, 60), scenes });
}
