/**
 * Names of documents as this dialect takes them: letters, digits, single blanks, hyphens, round and square brackets, each name
 * once in a request. A path is never told, only what stands at its end.
 */

const LONGEST = 200

export class DocumentNames {
  readonly #used = new Set<string>()

  legal(name: string | undefined): string {
    const plain = plainName(name ?? '')
    let legal = plain
    for (let n = 2; this.#used.has(legal); n++) legal = `${plain} (${n})`
    this.#used.add(legal)
    return legal
  }

  /** A name that goes out as it came. */
  taken(name: string): void {
    this.#used.add(name)
  }
}

function plainName(name: string): string {
  const file = name.replaceAll('\\', '/').split('/').at(-1) ?? ''
  const stem = file.replace(/(?<=.)\.[A-Za-z0-9]{1,8}$/, '')
  const plain = stem
    .replaceAll(/[^A-Za-z0-9\s\-()[\]]/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, LONGEST)
    .trim()
  return plain === '' ? 'document' : plain
}
