/** What an importer is: pure, from a parsed configuration of another gateway to settings of ours. */

import type { PresetFacts } from '#providers'
import type { Part, Place } from './part.ts'
import type { FileSettings } from './provider-pool.ts'
import type { References } from './references.ts'

export interface ImportParts {
  /** The configuration file; empty when there was only a `.env`. */
  readonly root: Part
  /** The variables of a `.env`. */
  readonly env: Part
  /** A list of the keys that clients show, where the gateway keeps them apart. */
  readonly keys: Part
  /** Epoch milliseconds. */
  readonly now: number
  /** The file's name without its folder and ending. */
  readonly title: string
  readonly presets: readonly PresetFacts[]
}

export interface Imported {
  readonly settings: FileSettings
  readonly references: References
  /** What the owner should know that is no value of the file. */
  readonly hints: readonly string[]
}

export interface Importer {
  readonly name: string
  /** Whether this is its configuration. */
  knows(value: unknown, env: Readonly<Record<string, unknown>>): boolean
  /** What is said of values that nobody looked at. */
  readonly reasons: readonly Reason[]
  /** Whether the keys of its clients can be told in a second file. */
  readonly keysApart?: boolean
  /** Whether a `.env` is a part of it. */
  readonly variables?: boolean
  run(parts: ImportParts): Imported
}

/** A place as dotted words, `*` for any part of one, after `**.` at any depth; it speaks for everything below too. */
export type Reason = readonly [pattern: string, reason: string]

export function reasonFrom(reasons: readonly Reason[]): (place: Place) => string {
  return (place) => {
    const names = place.map(String)
    return reasons.find(([pattern]) => speaksFor(pattern, names))?.[1] ?? 'has no counterpart'
  }
}

function speaksFor(pattern: string, names: readonly string[]): boolean {
  const words = pattern.replace(/^\*\*\./, '').split('.')
  const starts = words.length === pattern.split('.').length ? [0] : names.keys().toArray()
  return starts.some((start) => words.every((word, i) => isLike(names[start + i], word)))
}

function isLike(name: string | undefined, word: string): boolean {
  if (name === undefined) return false
  const parts = word.split('*').map((part) => part.replaceAll(/[^\w-]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('.*')}$`).test(name)
}
