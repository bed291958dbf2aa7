/** Which requirement rows and pitfalls the tests claim by name, and which of these claims name nothing. */

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Claim {
  /** A row such as `A18`, or `pitfall 12`. */
  readonly id: string
  readonly file: string
  readonly known: boolean
}

/** Highest number of each group of rows; all count from 1. */
const ROWS: Readonly<Record<string, number>> = {
  A: 26,
  B: 20,
  C: 27,
  D: 41,
  E: 19,
  F: 13,
  G: 58,
  H: 65,
  I: 18,
  J: 12,
  K: 25,
  L: 16,
  M: 50,
  N: 25,
  O: 27,
  P: 15,
  Q: 10,
  R: 27,
  S: 8,
}

const PITFALLS = 270

/** The first words of a test's name, whether or not it runs once per case. */
const TITLE = /(?:\b(?:test|it)(?:\.\w+)*(?:\([^'"`]*\))?|\]\))\(\s*['"`]([^'"`]*)/g

/** One or more rows at the head of a title: `A18 …`, `A18, B06 …`, `R3: …`. */
const ROW_IDS = /^(?:[A-Z]-?\d{1,3}\b[\s,+/&:]*)+/

export function claimsIn(folder: string, patterns: readonly string[]): Claim[] {
  return globSync(patterns, { cwd: folder, exclude: (name) => name === 'node_modules' }).flatMap((file) =>
    claimsOf(readFileSync(join(folder, file), 'utf8')).map((id) => ({ id, file, known: isKnown(id) })),
  )
}

export function claimsOf(source: string): string[] {
  return [...source.matchAll(TITLE)].flatMap(([, title = '']) => {
    const pitfall = /^pitfalls? *(\d+)/i.exec(title)
    if (pitfall !== null) return [`pitfall ${pitfall[1]}`]
    return ROW_IDS.exec(title)?.[0].match(/[A-Z]-?\d+/g) ?? []
  })
}

/** Rows have two digits; decisions (group R) may be written as they are in their table, `R3`. */
export function isKnown(id: string): boolean {
  const pitfall = /^pitfall (\d+)$/.exec(id)
  if (pitfall !== null) return isWithin(Number(pitfall[1]), PITFALLS)
  const row = /^([A-Z])(\d{2})$/.exec(id) ?? /^(R)-?(\d{1,2})$/.exec(id)
  return row !== null && isWithin(Number(row[2]), ROWS[row[1] ?? ''] ?? 0)
}

function isWithin(number: number, last: number): boolean {
  return number >= 1 && number <= last
}
