import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { ask, Heard, rawProvider } from '../../test/raw-provider.ts'
import { type Client, httpClient } from './index.ts'

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close()
})

const TEXT = Array.from({ length: 20_000 }, (_, n) => `line ${n}\n`).join('')
const free = { connected: 1, free: 1, running: 0 }
const none = { connected: 0, free: 0, running: 0 }

async function packed(bytes: Buffer, encoding = 'gzip', length = bytes.length): Promise<Client> {
  const provider = await rawProvider((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: ${encoding}\r\ncontent-length: ${length}\r\n\r\n`)
    // In two pieces at the least.
    setImmediate(() => {
      socket.write(bytes.subarray(0, 1000))
      setImmediate(() => socket.write(bytes.subarray(1000)))
    })
  })
  const client = httpClient({ origin: provider.origin, connectMs: 5000 })
  open.push(
    () => provider.close(),
    () => client.close(),
  )
  return client
}

describe('a packed body', () => {
  test.each([
    ['gzip', gzipSync],
    ['X-GZIP ', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['identity', (text: string) => Buffer.from(text)],
  ])('%s', async (encoding, pack) => {
    const client = await packed(pack(TEXT), encoding)
    const heard = ask(client)
    await heard.over
    expect([heard.error, heard.told, heard.body === TEXT, client.stats]).toEqual([
      undefined,
      ['head 200', 'data', 'end'],
      true,
      free,
    ])
  })

  test('that is empty is no body, whatever its head says', async () => {
    const client = await packed(Buffer.alloc(0))
    const heard = ask(client)
    await heard.over
    expect([heard.told, client.stats]).toEqual([['head 200', 'end'], free])
  })

  test('that ends too early is an error, and its connection is none the worse', async () => {
    const client = await packed(gzipSync(TEXT).subarray(0, -9))
    const heard = ask(client)
    await heard.over
    expect([heard.told.at(-1), heard.told.filter((word) => /end|error/.test(word)).length]).toEqual([
      'error bad-answer',
      1,
    ])
    expect(client.stats).toEqual(free)
  })

  test('that is broken in the middle ends its connection too', async () => {
    const bytes = gzipSync(TEXT)
    bytes.fill(0xff, 500, 600)
    const client = await packed(bytes, 'gzip', bytes.length + 1)
    const heard = ask(client)
    await heard.over
    expect([heard.told.at(-1), client.stats]).toEqual(['error bad-answer', none])
  })

  test('may be given up while it is unpacked, with its answer complete', async () => {
    const client = await packed(gzipSync(TEXT))
    const heard = new Heard()
    heard.onPiece = () => heard.call?.abort()
    ask(client, {}, heard)
    await expect.poll(() => heard.body.length).toBeGreaterThan(0)
    const length = heard.body.length
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect([heard.body.length, heard.told]).toEqual([length, ['head 200', 'data']])
    // The answer had been read, or its connection is gone; in both cases nobody holds it any more.
    expect(client.stats.running).toBe(0)
  })

  test('is heard no further by who pauses', async () => {
    const client = await packed(gzipSync(TEXT))
    const heard = new Heard()
    let paused = false
    let early = 0
    heard.onPiece = () => {
      if (paused) early++
      paused = true
      heard.call?.pause()
      setTimeout(() => {
        paused = false
        heard.call?.resume()
      }, 2)
    }
    heard.onOver = () => (early += paused ? 1 : 0)
    ask(client, {}, heard)
    await heard.over
    expect([early, heard.body === TEXT, client.stats]).toEqual([0, true, free])
  })

  test.each(['onPiece', 'onOver'] as const)(
    'whose receiver throws (%s) is its own error and crashes nothing',
    async (place) => {
      const client = await packed(gzipSync(TEXT))
      const thrower = new Heard()
      thrower[place] = () => {
        throw new Error('planted')
      }
      ask(client, {}, thrower)
      await expect.poll(() => thrower.error?.type).toBe('internal')
      expect(thrower.told.filter((word) => word.startsWith('error')).length).toBe(1)
      expect(client.stats.running).toBe(0)
    },
  )

  test('whose receiver gives up and throws is heard no more', async () => {
    const client = await packed(gzipSync(TEXT))
    const thrower = new Heard()
    thrower.onPiece = () => {
      thrower.call?.abort()
      throw new Error('planted')
    }
    ask(client, {}, thrower)
    await expect.poll(() => thrower.told.length).toBe(2)
    expect([thrower.told, client.stats.running]).toEqual([['head 200', 'data'], 0])
  })

  test('that comes faster than it can be unpacked waits at the provider', async () => {
    // A thousand times as long when unpacked.
    const bytes = gzipSync(Buffer.alloc(256 * 1024 * 1024))
    const client = await packed(Buffer.concat(Array.from({ length: 40 }, () => bytes)))
    const heard = new Heard()
    let unpacked = 0
    let done = false
    heard.onData = (piece) => void (unpacked += piece.length)
    heard.onOver = () => (done = true)
    ask(client, {}, heard)
    await expect.poll(() => unpacked, { timeout: 10_000 }).toBeGreaterThan(1024 * 1024)
    // Ten gigabytes are not unpacked yet, so not all that is packed can have been taken.
    expect([done, client.stats.running]).toEqual([false, 1])
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(client.stats.running).toBe(1)
    heard.call?.abort()
    expect(client.stats).toEqual(none)
  })
})
