/** The fetch every SDK gets: the usual one, which also keeps the bytes that came. */

export interface Tap {
  readonly fetch: typeof fetch
  /** All bytes of the last answer, once the SDK has read it. */
  bytes(): Promise<string>
}

export function tap(): Tap {
  let copy: Promise<string> = Promise.resolve('')
  return {
    async fetch(input, init) {
      const response = await fetch(input, init)
      if (response.body === null) return response
      const [forSdk, forUs] = response.body.tee()
      // A stream that breaks is the SDK's to report.
      copy = new Response(forUs).text().catch(() => '')
      return new Response(forSdk, { status: response.status, headers: response.headers })
    },
    bytes: () => copy,
  }
}
