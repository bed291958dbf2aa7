/**
 * How much of what a second model says was said already. Asked to go on, models repeat the last words, or begin again from the
 * start; both are cut off.
 */

/** Characters of the end of what was said that a repetition may reach back. */
const REACH = 600
/** Shorter matches are chance. */
const SHORTEST = 8

/** Number of leading characters of `next` that repeat what stands at the end, or at the beginning, of `said`. */
export function overlap(said: string, next: string): number {
  return Math.max(repeatedEnd(said, next), repeatedStart(said, next))
}

/** Whether more of `next` could still show it to be a repetition. */
export function undecided(said: string, next: string): boolean {
  if (next.length === 0) return true
  const tail = said.slice(-REACH)
  // The whole of `next` so far stands somewhere in the last words: its end may yet meet their end.
  if (next.length < REACH && tail.includes(next)) return true
  return next.length < said.length && said.startsWith(next)
}

function repeatedEnd(said: string, next: string): number {
  const longest = Math.min(said.length, next.length, REACH)
  for (let length = longest; length >= SHORTEST; length--) {
    if (said.endsWith(next.slice(0, length))) return length
  }
  // A word begun and begun again, a space on both sides of the cut.
  return /\s$/.test(said) ? (/^[^\S\n]+/.exec(next)?.[0].length ?? 0) : 0
}

function repeatedStart(said: string, next: string): number {
  let length = 0
  while (length < said.length && length < next.length && said[length] === next[length]) length++
  const whole = length === said.length
  return whole && length >= SHORTEST ? length : 0
}
