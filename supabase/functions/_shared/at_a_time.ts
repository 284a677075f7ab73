/**
 * Works on all items, `most` at a time at most, and answers each in its place.
 *
 * @throws what any of them throws; the others are worked on all the same
 */
export async function atATime<Item, Answer>(
  most: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const left = items.entries();

  async function workOn(): Promise<void> {
    for (const [place, item] of left) answers[place] = await work(item);
  }
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, workOn));
  return answers;
}
