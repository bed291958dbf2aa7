/** A real server on the loopback that gives out tokens as a test says, and remembers what it was asked. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach } from 'vitest'

export interface TokenRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export interface TokenAnswer {
  readonly status?: number
  readonly json?: object
  readonly headers?: Readonly<Record<string, string>>
  /** Never answers. */
  readonly silent?: boolean
}

export interface TokenServer {
  readonly url: string
  readonly host: string
  readonly asked: readonly TokenRequest[]
}

/** Closed after each test. */
export function tokenServers(): (answer: (request: TokenRequest) => TokenAnswer) => Promise<TokenServer> {
  const open: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    await Promise.all(open.splice(0).map((close) => close()))
  })
  return async (answer) => {
    const asked: TokenRequest[] = []
    const server = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (piece) => (body += piece))
      request.on('end', () => {
        const { method = '', url = '', headers } = request
        const seen = { method, url, headers, body }
        asked.push(seen)
        const { status = 200, json = {}, headers: more = {}, silent = false } = answer(seen)
        if (silent) return
        response.writeHead(status, { 'content-type': 'application/json', ...more })
        response.end(JSON.stringify(json))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    open.push(() => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    })
    // A server that listens on TCP has this kind of address.
    const { port } = server.address() as AddressInfo
    return { url: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}`, asked }
  }
}
