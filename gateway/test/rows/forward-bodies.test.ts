/** Bodies that are passed on: byte for byte, as fast as the slower end, never held, and ended with whoever leaves. */

import { createHash, randomBytes } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { describe, expect, test } from 'vitest'
import { last, MiB, passed, raw } from './passed-on.ts'
import { rows } from './row.ts'

const open = rows()

describe('bodies', () => {
  test('multipart passes byte for byte, both ways', async () => {
    const row = await open({ oa: { kind: 'echo', as: 'body' } })
    const body = Buffer.concat([
      Buffer.from('--XX\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'),
      randomBytes(3 * MiB),
      Buffer.from('\r\n--XX--\r\n'),
    ])
    const type = 'multipart/form-data; boundary=XX'
    const answer = await fetch(`${row.url}/v1/files`, {
      method: 'POST',
      body,
      headers: { 'content-type': type },
    })
    expect(answer.headers.get('content-type')).toBe(type)
    expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true)
    expect(last(row, 'oa').headers['content-length']).toBe(String(body.length))
  })

  test('a hundred megabytes to a slow provider are never held', { timeout: 60_000 }, async () => {
    const row = await open({ oa: { kind: 'echo', as: 'digest', gapMs: 1 } })
    const piece = randomBytes(256 * 1024)
    const hash = createHash('sha256')
    let sent = 0
    let mostUnderWay = 0
    async function* upload() {
      while (sent < 100 * MiB) {
        sent += piece.length
        hash.update(piece)
        const received = passed(row, 'oa').at(-1)?.bytesReceived ?? 0
        mostUnderWay = Math.max(mostUnderWay, sent - received)
        yield piece
        // The other ends live in this process too: they get their turn.
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    const answer = await fetch(`${row.url}/v1/files`, {
      method: 'POST',
      body: ReadableStream.from(upload()),
      duplex: 'half',
    })
    expect(await answer.json()).toEqual({ bytes: sent, sha256: hash.digest('hex') })
    // What the kernel keeps for four sockets, and little more.
    expect(mostUnderWay).toBeLessThan(40 * MiB)
  })

  test('a slow reader stops the provider', async () => {
    const chunks = Array.from({ length: 100 }, () => new Uint8Array(MiB))
    const row = await open({ oa: raw('application/octet-stream', chunks) })
    const answer = await fetch(`${row.url}/v1/files/f/content`)
    const reader = answer.body?.getReader()
    await reader?.read()
    const sent = () => last(row, 'oa').bytesSent
    let before = -1
    // Until the provider can write no more, though nothing is read.
    while (before !== sent()) {
      before = sent()
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    expect(before).toBeLessThan(60 * MiB)
    await reader?.cancel()
  })

  test('events arrive while the provider still speaks', async () => {
    const row = await open({ oa: raw('text/event-stream', ['data: 1\n\n', 'data: 2\n\n'], 600_000) })
    const answer = await fetch(`${row.url}/v1/responses/r-1?stream=true`)
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    const reader = answer.body?.getReader()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: 1\n\n')
    expect(last(row, 'oa').finished).toBe(false)
    await reader?.cancel()
  })

  test('over the limit, told or counted, is a 413', async () => {
    const row = await open({ oa: { kind: 'echo', as: 'digest' } }, { server: { forwardLimit: 100_000 } })
    const huge = new Uint8Array(3_000_000)
    const told = await fetch(`${row.url}/v1/files`, { method: 'POST', body: huge })
    expect([told.status, passed(row, 'oa')]).toEqual([413, []])
    const { hostname, port } = new URL(row.url)
    const counted = await new Promise<number | undefined>((resolve, reject) => {
      const sent = httpRequest({ hostname, port, path: '/v1/files', method: 'POST' }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      sent.on('error', reject)
      sent.write(huge.subarray(0, 99_000))
      sent.write(huge.subarray(0, 2000))
    })
    expect(counted).toBe(413)
    await expect.poll(() => last(row, 'oa').finished).toBe(false)
  })
})

describe('a client that leaves', () => {
  test('while it reads, closes the provider within a second', async () => {
    const row = await open({ oa: raw('audio/mpeg', ['a', 'b'], 600_000) })
    const leaving = new AbortController()
    const answer = await fetch(`${row.url}/v1/files/f/content`, { signal: leaving.signal })
    await answer.body?.getReader().read()
    leaving.abort()
    await expect.poll(() => last(row, 'oa').closedByClient, { timeout: 1000 }).toBe(true)
  })

  test('while it sends, too', async () => {
    const row = await open({ oa: { kind: 'echo', as: 'digest' } })
    const leaving = new AbortController()
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(1000))
      },
    })
    const init = { method: 'POST', body, duplex: 'half', signal: leaving.signal } as const
    const asked = fetch(`${row.url}/v1/files`, init).catch(() => 'left')
    await expect.poll(() => passed(row, 'oa').at(-1)?.bytesReceived).toBe(1000)
    leaving.abort()
    await expect.poll(() => last(row, 'oa').closedByClient, { timeout: 1000 }).toBe(true)
    expect(await asked).toBe('left')
  })
})
