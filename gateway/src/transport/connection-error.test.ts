import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import type { GatewayError } from '#core'
import { selfSigned } from '../../test/self-signed.ts'
import { httpClient } from './index.ts'

const running: Server[] = []
afterEach(() => {
  for (const server of running.splice(0)) server.close()
})

async function listening(server: Server): Promise<number> {
  running.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const answering = (text: string) =>
  listening(
    createServer((socket: Socket) => void socket.once('data', () => socket.end(text)).on('error', () => {})),
  )

async function failure(origin: string): Promise<GatewayError> {
  const client = httpClient({ origin, connectMs: 5000 })
  try {
    return await new Promise<GatewayError>((resolve, reject) => {
      client.send(
        { method: 'GET', path: '/', headers: [], body: null },
        { onHead() {}, onData() {}, onEnd: () => reject(new Error('it answered')), onError: resolve },
      )
    })
  } finally {
    await client.close()
  }
}

describe('a connection that fails is told in words:', () => {
  test.each([
    ['nothing listens', () => Promise.resolve('http://127.0.0.1:9'), /nothing listens .*\(ECONNREFUSED\)\.$/],
    ['no such name', () => Promise.resolve('http://nowhere.invalid'), /host name that leads nowhere/],
    [
      'no HTTP',
      async () => `http://127.0.0.1:${await answering('SSH-2.0-X\r\n')}`,
      /not HTTP \(not-http\)\.$/,
    ],
    [
      'no answer',
      async () => `http://127.0.0.1:${await answering('')}`,
      /broke the connection off \(broken-off\)\.$/,
    ],
    [
      'no TLS',
      async () => `https://127.0.0.1:${await answering('HTTP/1.1 400 Bad\r\n\r\n')}`,
      /begins with http:\/\//,
    ],
    [
      'endless headers',
      async () =>
        `http://127.0.0.1:${await answering(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(100_000)}\r\n\r\n`)}`,
      /longer headers/,
    ],
  ])('%s', async (_, origin, words) => {
    const error = await failure(await origin())
    expect([error.type, error.message]).toEqual(['connection', expect.stringMatching(words)])
  })

  test('a certificate nobody vouches for', async (context) => {
    const files = selfSigned()
    if (files === undefined) return context.skip('there is no openssl to make a certificate with')
    const error = await failure(`https://127.0.0.1:${await listening(createTlsServer({ ...files }))}`)
    expect(error.message).toMatch(
      /authority nobody here knows.*NODE_EXTRA_CA_CERTS.*\(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
    )
  })
})
