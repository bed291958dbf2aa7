/**
 * Finds the text that a list of tokens belongs to. Some servers list the tokens of thinking and calls with those of the text, and
 * some tokens come before the text they are a part of.
 */

import type { TokenProbability } from '#core'

export class TokenQueue {
  #waiting: readonly TokenProbability[] = []
  /** Tokens of no text. */
  readonly strays: TokenProbability[] = []
  #hidden = false

  add(tokens: readonly TokenProbability[]): void {
    this.#waiting = this.#waiting.length === 0 ? tokens : [...this.#waiting, ...tokens]
  }

  /** What comes now is not text; its tokens may be in the list all the same. */
  hide(): void {
    this.#hidden = true
  }

  /** Those that make up this text, which is the next one said. */
  text(text: string): readonly TokenProbability[] | undefined {
    if (this.#waiting.length === 0) return undefined
    const { from, to } = this.#range(text)
    if (this.#hidden) this.#stray(this.#waiting.slice(0, from))
    const own = this.#waiting.slice(this.#hidden ? from : 0, to)
    this.#waiting = this.#waiting.slice(to)
    this.#hidden = false
    return own.length === 0 ? undefined : own
  }

  /** What no text has taken of the tokens so far. */
  rest(): readonly TokenProbability[] {
    const rest = this.#waiting
    this.#waiting = []
    return rest
  }

  /** Sets aside what no text has taken. */
  discard(): void {
    this.#stray(this.rest())
    this.#hidden = false
  }

  #stray(tokens: readonly TokenProbability[]): void {
    for (const token of tokens) this.strays.push(token)
  }

  /** Which tokens the text is made of; all of them where it is not found, because servers trim and tokens split letters. */
  #range(text: string): { from: number; to: number } {
    const all = this.#waiting.map(({ token }) => token).join('')
    const wanted = all.includes(text) ? text : text.trim()
    const start = all.startsWith(wanted) ? 0 : this.#hidden ? all.lastIndexOf(wanted) : all.indexOf(wanted)
    if (start === -1) return { from: 0, to: this.#waiting.length }
    const end = start + wanted.length
    let offset = 0
    let from = 0
    let to = 0
    for (const { token } of this.#waiting) {
      if (offset >= end) break
      offset += token.length
      to++
      if (offset <= start) from = to
    }
    return { from, to }
  }
}
