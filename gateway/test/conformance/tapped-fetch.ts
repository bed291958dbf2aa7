/** The fetch every SDK gets: the usual one, which also keeps what came. */

export interface Wire {
  /** All bytes of the answer. */
  readonly bytes: string
  /** What the gateway says it could not say. */
  readonly notes: string
}

export interface Tap {
  readonly fetch: typeof fetch
  /** What went over the wire, once the SDK has read it. */
  wire(): Promise<Wire>
}

export function tap(): Tap {
  let copy: Promise<string> = Promise.resolve('')
  let notes = ''
  return {
    async fetch(input, init) {
      const response = await fetch(input, init)
      notes = response.headers.get('x-sluice-notes') ?? ''
      if (response.body === null) return response
      const [forSdk, forUs] = response.body.tee()
      // A stream that breaks is the SDK's to report.
      copy = new Response(forUs).text().catch(() => '')
      return new Response(forSdk, { status: response.status, headers: response.headers })
    },
    wire: async () => ({ bytes: await copy, notes }),
  }
}
