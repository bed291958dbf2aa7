import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import type { GatewayError } from '#core'
import { type Client, httpClient, type UpstreamCall } from './index.ts'

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

async function serve(handle: (request: IncomingMessage, response: ServerResponse) => void) {
  let connections = 0
  const server: Server = createServer(handle)
  server.on('connection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const client = httpClient({ origin: `http://127.0.0.1:${port}`, connectMs: 1000 })
  open.push(() => client.close())
  return { client, server, connections: () => connections }
}

interface Result {
  status: number
  text: string
  error?: GatewayError
}

function get(client: Client, path = '/', onData?: (call: UpstreamCall) => void): Promise<Result> {
  return new Promise((resolve) => {
    const result: Result = { status: 0, text: '' }
    const call: UpstreamCall = client.send(
      { method: 'GET', path, headers: [], body: null },
      {
        onHead: (status) => void (result.status = status),
        onData(chunk) {
          result.text += Buffer.from(chunk).toString()
          onData?.(call)
        },
        onEnd: () => resolve(result),
        onError: (error) => resolve({ ...result, error }),
      },
    )
  })
}

test('calls one after the other use one connection', async () => {
  const { client, connections } = await serve((_request, response) => void response.end('ok'))
  for (let i = 0; i < 20; i++) {
    expect((await get(client)).text).toBe('ok')
  }
  expect(connections()).toBe(1)
})

test('closing the client leaves no open socket behind', async () => {
  const { client, server } = await serve((_request, response) => void response.end('ok'))
  await get(client)
  await client.close()
  await expect
    .poll(() => new Promise((resolve) => server.getConnections((_error, count) => resolve(count))))
    .toBe(0)
})

test('pitfall 183 a compressed body is unpacked', async () => {
  const { client } = await serve((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' })
    response.end(gzipSync('{"text":"unpacked"}'))
  })
  expect(await get(client)).toEqual({ status: 200, text: '{"text":"unpacked"}' })
})

test('a body that claims to be compressed and is not is an error, not a hang', async () => {
  const { client } = await serve((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' })
    response.end('plain')
  })
  expect((await get(client)).error?.type).toBe('bad-answer')
})

test('a refused connection is told as such', async () => {
  const { client, server } = await serve((_request, response) => void response.end())
  await new Promise((resolve) => server.close(resolve))
  const { error } = await get(client)
  expect(error?.type).toBe('connection')
  expect(error?.facts.code).toBe('ECONNREFUSED')
})

test('an aborted call closes its connection and says nothing more', async () => {
  let closed = false
  const { client } = await serve((request, response) => {
    response.write('first')
    request.socket.on('close', () => (closed = true))
  })
  let heard = 0
  void get(client, '/', (call) => {
    heard++
    call.abort()
  })
  await expect.poll(() => closed).toBe(true)
  expect(heard).toBe(1)
})
