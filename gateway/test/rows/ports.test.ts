/** Row Q08: several ports, each of which serves everything; all of them or none. */

import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { startGateway } from '#main'
import { listing } from '../../src/cli/listing.ts'
import { houseConfig, houses } from '../house.ts'
import { FACTS, loadIn, refusedLines } from '../load-in.ts'

const house = houses()
const HI = [{ role: 'user', content: 'Hi' }]
const BIN = fileURLToPath(new URL('../../bin/sluice.cjs', import.meta.url))

const taken: Server[] = []
afterEach(async () => {
  await Promise.all(taken.splice(0).map((server) => new Promise((resolve) => server.close(resolve))))
})

/** Somebody listens there until the test is over. */
async function listening(port = 0): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  taken.push(server)
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function freePort(): Promise<number> {
  const port = await listening()
  const server = taken.pop()
  await new Promise((resolve) => server?.close(resolve))
  return port
}

async function two(answer: object = {}) {
  const simulator = await house.simulator()
  const baseUrl = simulator.script('ports', { kind: 'answer', text: 'one two three', ...answer })
  return house.open({ providers: [{ name: 'p', baseUrl }], server: { ports: [0, 0] } })
}

const ask = (url: string, body: object = {}) =>
  fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm', messages: HI, ...body }),
  })

describe('Q08', () => {
  test('Q08 each port serves all routes, with one and the same house behind them', async () => {
    const { urls, url, port } = await two()
    const [first = '', second = ''] = urls
    expect([urls.length, url, new URL(first).port]).toEqual([2, first, String(port)])
    expect(first).not.toBe(second)
    for (const one of urls) {
      expect((await ask(one)).status).toBe(200)
      for (const path of ['/', '/health', '/api/tags', '/v1/models', '/api/providers', '/api/version'])
        expect([path, (await fetch(one + path)).status]).toEqual([path, 200])
      expect((await fetch(`${one}/nowhere`)).status).toBe(404)
    }
    const stats: unknown = await (await fetch(`${second}/api/providers/p/stats`)).json()
    expect(stats).toMatchObject({ request_count: 2 })
  })

  test('Q08 closing lets the answers of both end, and both are free then', async () => {
    const gateway = await two({ gapMs: 30 })
    const running = await Promise.all(gateway.urls.map((url) => ask(url, { stream: true })))
    const closed = gateway.close()
    for (const answer of running) expect(await answer.text()).toContain('[DONE]')
    await closed
    for (const url of gateway.urls) await listening(Number(new URL(url).port))
  })

  test('Q08 a port that is taken stops the start, names it, and leaves the others free', async () => {
    const free = await freePort()
    const busy = await listening()
    const config = houseConfig({
      providers: [{ name: 'p', baseUrl: 'http://127.0.0.1:9' }],
      server: { ports: [free, busy] },
    })
    await expect(startGateway({ config })).rejects.toMatchObject({ code: 'EADDRINUSE', port: busy })
    expect(await listening(free)).toBe(free)
  })

  test('Q08 the command says it in one line and ends with 1', async () => {
    const free = await freePort()
    const busy = await listening()
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      ['--conditions=sluice-source', BIN, 'start'],
      {
        env: { PORTS: `${free},${busy}`, IMPLICIT_OLLAMA: 'false', LOG_LEVEL: 'silent' },
        encoding: 'utf8',
      },
    )
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toBe(
      `sluice: 127.0.0.1:${busy} is in use already; choose another with --port, PORT or PORTS\n`,
    )
  })

  test('Q08 a change of the configuration reaches every port', async () => {
    const gateway = await two()
    const simulator = await house.simulator()
    const baseUrl = simulator.script('ports-next', { kind: 'answer', text: 'another' })
    await gateway.configure(houseConfig({ providers: [{ name: 'q', baseUrl }] }))
    for (const url of gateway.urls) expect((await ask(url)).headers.get('x-provider')).toBe('q')
  })
})

describe('Q08 the settings', () => {
  test.each([
    [{ PORTS: '8082,11434' }, [8082, [8082, 11434]]],
    [{ PORTS: ' 9000, 11434 ' }, [9000, [9000, 11434]]],
    [{ PORTS: '11434', PORT: '9000' }, [9000, [9000, 11434]]],
    [{ PORTS: '9000,11434', PORT: '11434' }, [11434, [11434, 9000]]],
    [{ PORTS: '9000' }, [9000, undefined]],
    [{ PORT: '9000' }, [9000, undefined]],
    [{}, [8082, undefined]],
  ])('Q08 %j', (env, expected) => {
    expect(portsIn(env)).toEqual(expected)
  })

  test('Q08 in a file as a list', () => {
    expect(portsIn({}, { 'sluice.toml': '[server]\nports = [8082, 11434]\n' })).toEqual([8082, [8082, 11434]])
  })

  test.each(['80,http', '8082,99999', ',', Array.from({ length: 17 }, (_, n) => 9000 + n).join(',')])(
    'PORTS=%s is refused',
    (ports) => {
      expect(refusedLines({ env: { PORTS: ports } })[0]).toMatch(/^environment PORTS: server\.ports/)
    },
  )

  test('Q08 a provider on any of them is this gateway itself', () => {
    const env = { OLLAMA_ENABLED: 'true', PORTS: '8082,11434' }
    expect(refusedLines({ env })[0]).toContain(
      'http://127.0.0.1:11434 is this gateway itself (environment PORTS)',
    )
    const own = { ACME_API_KEY: 'k', ACME_BASE_URL: 'http://127.0.0.1:8082/v1', PORTS: '9000,11434' }
    expect(loadIn({ env: own }).providers).toHaveLength(1)
    expect(refusedLines({ env: { ...own, PORT: '8082' } })[0]).toContain('(environment PORT)')
  })

  test('Q08 the listing at the start shows them all', () => {
    const urls = ['http://127.0.0.1:8082', 'http://127.0.0.1:11434']
    const [first] = listing(loadIn({ env: {} }), urls, FACTS)
    expect(first).toBe('Sluice listens on http://127.0.0.1:8082 and http://127.0.0.1:11434')
  })
})

function portsIn(env: Record<string, string>, files: Record<string, string> = {}): readonly unknown[] {
  const { port, ports } = loadIn({ env, files }).server
  return [port, ports]
}
