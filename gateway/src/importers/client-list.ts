/** The named clients of the new file. Other gateways name theirs as they like; ours have plain names, each its own. */

import { withoutBlanks, type FileSettings } from './provider-pool.ts'

type FileClients = NonNullable<FileSettings['clients']>
export type FileClient = FileClients[string]

const LONGEST = 64

export class ClientList {
  readonly #clients = new Map<string, FileClient>()

  /** `wish`: what it would like to be called. */
  add(wish: string, client: FileClient): void {
    const plain = wish
      .replaceAll(/[^\w.@-]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, LONGEST - 4)
    this.#clients.set(this.#free(plain === '' ? 'client' : plain), withoutBlanks(client))
  }

  /** Undefined when there are none: no key is asked for then. */
  get settings(): FileClients | undefined {
    return this.#clients.size === 0 ? undefined : Object.fromEntries(this.#clients)
  }

  #free(name: string): string {
    for (let n = 1; ; n++) {
      const candidate = n === 1 ? name : `${name}-${n}`
      if (!this.#clients.has(candidate)) return candidate
    }
  }
}
