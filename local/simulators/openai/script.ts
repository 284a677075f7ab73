/** Shots that this model makes of anything, in order. */
const SHOTS = [
  "A wide shot opens on",
  "The camera comes closer to",
  "A new place and time for",
  "A last look at",
];

/** Scenes beyond these are told in the last one. */
const MOST_SCENES = 8;
const BETWEEN_SCENES = /(?:^|\s)(?:scene|shot)\s+\d+\s*[:.)-]+\s*|(?<=[.!?])\s+|\n+/i;

/**
 * A storyboard out of any request, the same one each time: a scene for each of its sentences, or
 * four of a single one. The third is a cut, and so are its colours. Where the schema asks for it,
 * each says what is spoken over it.
 */
export function writeScript(request: string, { isSpoken = false } = {}): string {
  const subject = request.replace(/\s+/g, " ").trim().slice(0, 300);
  const told = sentencesOf(request);
  const scenes = (told.length > 1 ? told : SHOTS.map((shot) => `${shot} ${subject}`))
    .map((prompt, i) => ({
      prompt,
      duration: 5,
      continuity: i === 2 ? "cut" : "last_frame",
      ...isSpoken && { voice_over: /[.!?]$/.test(prompt) ? prompt : `${prompt}.` },
    }));
  return JSON.stringify({ title: subject.slice(0, 60), scenes });
}

function sentencesOf(request: string): string[] {
  const parts = request.split(BETWEEN_SCENES).map((part) => part.trim()).filter(Boolean);
  const last = parts.slice(MOST_SCENES - 1).join(" ");
  return [...parts.slice(0, MOST_SCENES - 1), ...last ? [last] : []]
    .map((part) => part.slice(0, 300));
}
