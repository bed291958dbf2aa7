/**
 * Ids of calls as this dialect takes them: letters, digits, `_` and `-`, with some models also `.` and `:` (recorded), at most 64 of
 * them, each once in a request.
 */

import { digest } from '../short-user.ts'
import type { Family } from './family.ts'

const LONGEST = 64

export class CallIds {
  readonly #used = new Set<string>()
  readonly #illegal: RegExp
  /** Of the latest turn that had it: some servers begin their ids anew with each turn. */
  readonly #legal = new Map<string, string>()

  constructor(family: Family) {
    this.#illegal = family.claude ? /[^a-zA-Z0-9_-]/g : /[^a-zA-Z0-9_.:-]/g
  }

  /** The same history always gives the same ids, so that a longer one repeats the shorter one's bytes. */
  open(id: string): string {
    const plain = fitted(id.replaceAll(this.#illegal, '_') || 'call', id)
    let legal = plain
    for (let n = 2; this.#used.has(legal); n++) legal = `${plain.slice(0, LONGEST - 6)}_${n}`
    this.#used.add(legal)
    this.#legal.set(id, legal)
    return legal
  }

  answered(id: string): string {
    return this.#legal.get(id) ?? this.open(id)
  }
}

function fitted(plain: string, id: string): string {
  return plain.length <= LONGEST ? plain : `${plain.slice(0, 47)}_${digest(id)}`
}
