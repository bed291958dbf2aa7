import { createServer, type Socket } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { GatewayError } from '#core'
import { answer, ask, Heard, listening, type RawProvider } from '../../../test/raw-provider.ts'
import { type Client, httpClient } from '../client.ts'

const open: (() => unknown)[] = []
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close()
})

interface Taking {
  readonly client: Client
  readonly provider: RawProvider
  /** All that came. */
  readonly text: () => string
}

async function taking(onText: (socket: Socket, text: string) => void = () => {}): Promise<Taking> {
  let text = ''
  const provider = await listening(
    createServer((socket) => {
      socket.on('data', (piece) => {
        text += piece.toString('latin1')
        onText(socket, text)
      })
    }),
  )
  const client = httpClient({ origin: provider.origin, connectMs: 5000 })
  open.push(
    () => provider.close(),
    () => client.close(),
  )
  return { client, provider, text: () => text }
}

const none = { connected: 0, free: 0, running: 0 }
const free = { connected: 1, free: 1, running: 0 }
const upload = (body: Readable, ...headers: string[]) =>
  ({ method: 'POST', path: '/', headers, body }) as const
const LENGTH = 'content-length'

describe('a body that is sent while it arrives', () => {
  test('goes in chunks', async () => {
    const { client, text } = await taking((socket, all) => {
      if (all.endsWith('\r\n0\r\n\r\n')) socket.write(answer('done'))
    })
    const heard = ask(
      client,
      upload(Readable.from([Buffer.from('hello'), Buffer.alloc(0), Buffer.alloc(16, 'x')])),
    )
    await heard.over
    const [head, body] = text()
      .split('\r\n\r\n', 1)
      .concat(text().slice(text().indexOf('\r\n\r\n') + 4))
    expect(head).toMatch(/\r\ntransfer-encoding: chunked$/)
    expect(head).not.toContain(LENGTH)
    expect(body).toBe('5\r\nhello\r\n10\r\nxxxxxxxxxxxxxxxx\r\n0\r\n\r\n')
    expect([heard.told.at(-1), client.stats]).toEqual(['end', free])
  })

  test('goes with the length that was told', async () => {
    const { client, text } = await taking((socket, all) => {
      if (all.endsWith('world')) socket.write(answer('done'))
    })
    const heard = ask(
      client,
      upload(Readable.from([Buffer.from('hello '), Buffer.from('world')]), LENGTH, '11'),
    )
    await heard.over
    expect(text()).toMatch(/\r\ncontent-length: 11\r\n\r\nhello world$/)
    expect(text()).not.toContain('transfer-encoding')
    expect([heard.told.at(-1), client.stats]).toEqual(['end', free])
  })

  test.each([
    ['longer', '10', 'hello '],
    ['shorter', '12', 'hello world'],
  ])(
    'is broken off when it is %s than was told, and not a byte goes past the length',
    async (_, length, sent) => {
      const { client, provider, text } = await taking()
      const body = Readable.from([Buffer.from('hello '), Buffer.from('world')])
      const heard = ask(client, upload(body, LENGTH, length))
      await heard.over
      expect([heard.told, heard.error?.type, client.stats]).toEqual([
        ['error wrong-length'],
        'invalid-request',
        none,
      ])
      expect(body.destroyed).toBe(true)
      await expect.poll(() => provider.open()).toBe(0)
      expect(sent.startsWith(text().split('\r\n\r\n')[1] ?? '')).toBe(true)
    },
  )

  test('is read no faster than the other side takes it', async () => {
    const provider = await listening(createServer((socket) => void socket.pause()))
    const client = httpClient({ origin: provider.origin, connectMs: 5000 })
    open.push(
      () => provider.close(),
      () => client.close(),
    )
    let read = 0
    const piece = Buffer.alloc(64 * 1024)
    const body = new Readable({
      read() {
        read += piece.length
        this.push(piece)
      },
    })
    const heard = ask(client, upload(body))
    await expect.poll(() => read).toBeGreaterThan(0)
    let before = -1
    while (before !== read) {
      before = read
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(read).toBeLessThan(32 * 1024 * 1024)
    // And goes on when it does.
    provider.sockets[0]?.resume()
    await expect.poll(() => read).toBeGreaterThan(before + 8 * 1024 * 1024)
    heard.call?.abort()
    expect([body.destroyed, client.stats]).toEqual([true, none])
  })

  test('that fails is the failure of the call', async () => {
    const { client } = await taking()
    const body = new PassThrough()
    const heard = ask(client, upload(body))
    body.write('hello')
    await expect.poll(() => client.stats.running).toBe(1)
    body.destroy(new GatewayError('too-large', 'planted'))
    await heard.over
    expect([heard.told, client.stats]).toEqual([['error too-large'], none])
  })

  test.each([
    ['with an error', new GatewayError('cancelled', 'planted'), 'error cancelled'],
    ['without one', undefined, 'error wrong-length'],
  ])('that was over %s before it could be sent is told, and later', async (_, error, told) => {
    // On a new connection, and on one that is open already.
    for (const before of [false, true]) {
      const { client } = await taking((socket, all) => {
        if (all.startsWith('GET')) socket.write(answer('a'))
      })
      if (before) await ask(client).over
      const body = new PassThrough()
      body.destroy(error)
      const heard = ask(client, upload(body))
      expect(heard.told).toEqual([])
      await heard.over
      expect([heard.told, client.stats]).toEqual([[told], none])
    }
  })

  test('ends with its client, while the call waits too', async () => {
    const { client } = await taking()
    const body = new PassThrough()
    const heard = ask(client, upload(body))
    body.write('hello')
    await expect.poll(() => client.stats.running).toBe(1)
    body.destroy()
    await heard.over
    expect([heard.told, client.stats]).toEqual([['error wrong-length'], none])
  })
})

describe('an answer before the end of the body', () => {
  test('is told whole, and ends the upload and its connection', async () => {
    let answered = false
    const { client, provider } = await taking((socket) => {
      if (!answered) socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 5\r\n\r\nlarge')
      answered = true
    })
    const body = new PassThrough()
    const heard = ask(client, upload(body, LENGTH, '100'))
    body.write('hello')
    await heard.over
    expect([heard.told, heard.body]).toEqual([['head 413', 'data', 'end'], 'large'])
    expect([body.destroyed, client.stats]).toEqual([true, none])
    await expect.poll(() => provider.open()).toBe(0)
  })

  test('may begin while the body still goes on', async () => {
    const { client } = await taking((socket, all) => {
      if (all.endsWith('one\r\n'))
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n')
      if (all.endsWith('0\r\n\r\n')) socket.write('3\r\ntwo\r\n0\r\n\r\n')
    })
    const body = new PassThrough()
    const heard = ask(client, upload(body))
    body.write('one')
    await expect.poll(() => heard.body).toBe('one')
    body.end('two')
    await heard.over
    expect([heard.body, heard.told.at(-1), client.stats]).toEqual(['onetwo', 'end', free])
  })

  test('that is paused does not hide that the provider has gone', async () => {
    const { client } = await taking((socket, all) => {
      if (all.endsWith('one\r\n')) socket.write('HTTP/1.1 200 OK\r\n\r\n')
      if (all.includes('two')) socket.resetAndDestroy()
    })
    const body = new PassThrough()
    const heard = new Heard()
    heard.onStatus = () => {
      heard.call?.pause()
      const writing = setInterval(() => void body.write('two'), 5)
      open.push(() => clearInterval(writing))
    }
    ask(client, upload(body), heard)
    body.write('one')
    await heard.over
    expect([heard.told.length, heard.error?.type, client.stats]).toEqual([2, 'connection', none])
  })
})

describe('a body that will not be sent is let go by', () => {
  test('when nobody is at home, the client is closed, the request is bad, or the call is aborted', async () => {
    const { client } = await taking()
    const gone = httpClient({ origin: 'http://127.0.0.1:9', connectMs: 5000 })
    const closed = httpClient({ origin: 'http://127.0.0.1:9', connectMs: 5000 })
    await closed.close()
    const bodies = [1, 2, 3, 4].map(() => new PassThrough())
    const [one, two, three, four] = bodies as [PassThrough, PassThrough, PassThrough, PassThrough] // four were made
    const heard = [ask(gone, upload(one)), ask(closed, upload(two)), ask(client, upload(three, 'x', '\n'))]
    ask(client, upload(four)).call?.abort()
    await Promise.all(heard.map(({ over }) => over))
    expect(heard.map(({ told }) => told)).toEqual([
      ['error ECONNREFUSED'],
      ['error closed'],
      ['error bad-header'],
    ])
    expect(bodies.map(({ destroyed }) => destroyed)).toEqual([true, true, true, true])
  })

  test('and its failure in the meantime crashes nothing', async () => {
    const provider = await listening(createServer(() => {}))
    const client = httpClient({ origin: provider.origin, connectMs: 5000, connections: 1 })
    open.push(
      () => provider.close(),
      () => client.close(),
    )
    const first = ask(client)
    const body = new PassThrough()
    const waiting = ask(client, upload(body))
    body.destroy(new Error('planted'))
    await turn()
    first.call?.abort()
    await waiting.over
    expect(waiting.told.length).toBe(1)
  })
})
