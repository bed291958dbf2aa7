/** Prints the header lines of one message after another. What stays the same from one to the next is neither checked nor printed again. */

/** Throws what is not fit to be printed. */
export type LineOf = (name: string, value: string) => string

export class HeaderLines {
  readonly #lineOf: LineOf
  #before: readonly string[] = []
  /** How many entries both of the last two lists began with, and how they were printed. */
  #same = 0
  #text = ''

  constructor(lineOf: LineOf) {
    this.#lineOf = lineOf
  }

  /** `headers`: names and values in turn, best with those first that change least. Nobody may change the list afterwards. */
  of(headers: readonly string[]): string {
    const same = this.#sameAsBefore(headers)
    if (same !== this.#same) {
      this.#text = this.#printed(headers, 0, same)
      this.#same = same
    }
    const lines = this.#text + this.#printed(headers, same, headers.length)
    this.#before = headers
    return lines
  }

  #sameAsBefore(headers: readonly string[]): number {
    const before = this.#before
    const most = Math.min(before.length, headers.length)
    let at = 0
    while (at < most && headers[at] === before[at]) at++
    return at - (at % 2)
  }

  #printed(headers: readonly string[], from: number, to: number): string {
    let lines = ''
    for (let at = from; at + 1 < to; at += 2) lines += this.#lineOf(headers[at] ?? '', headers[at + 1] ?? '')
    return lines
  }
}
