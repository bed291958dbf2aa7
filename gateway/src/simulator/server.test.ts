import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { askRaw } from '../../test/raw-answer.ts'
import { startSimulator } from './index.ts'

test('records what it was asked and on which connection', async () => {
  await using simulator = await startSimulator()
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (let n = 0; n < 2; n++) {
    await new Promise<void>((resolve, reject) => {
      const asked = request(
        `${simulator.url}/v1/models?n=${n}`,
        { agent, headers: { 'X-Who': 'me' } },
        (answer) => answer.resume().once('end', resolve),
      )
      asked.once('error', reject).end()
    })
  }
  expect(simulator.requests).toMatchObject([
    { id: 1, method: 'GET', path: '/v1/models?n=0', headers: { 'x-who': 'me' }, connection: 1 },
    { id: 2, path: '/v1/models?n=1', connection: 1 },
  ])
  await expect.poll(() => simulator.requests.map((one) => one.finished)).toEqual([true, true])
  expect(simulator.connections()).toEqual({ open: 1, accepted: 1 })
  agent.destroy()
  await expect.poll(() => simulator.connections()).toEqual({ open: 0, accepted: 1 })
})

test('reset forgets scripts and requests', async () => {
  await using simulator = await startSimulator()
  const url = simulator.script('a', { kind: 'status', status: 500 })
  await askRaw(url)
  simulator.reset()
  expect(simulator.requests).toEqual([])
  expect((await askRaw(url)).status).toBe(404)
})

test('a path nobody knows is a plain 404', async () => {
  await using simulator = await startSimulator()
  const answer = await askRaw(`${simulator.url}/v1/moderations?secret=1`, { body: {} })
  expect(answer.status).toBe(404)
  expect(JSON.parse(answer.body.toString()).error.message).toBe(
    'The simulator has nothing at POST /v1/moderations.',
  )
})

test('a body beyond the limit is refused in the dialect', async () => {
  await using simulator = await startSimulator({ bodyLimit: 1000 })
  const answer = await askRaw(`${simulator.url}/v1/messages`, { body: 'x'.repeat(3_000_000) })
  expect(answer.status).toBe(413)
  expect(JSON.parse(answer.body.toString())).toMatchObject({
    type: 'error',
    error: { type: 'request_too_large' },
  })
})

test('close ends silent answers, idle sockets and half requests', async () => {
  const simulator = await startSimulator()
  const silent = askRaw(`${simulator.script('mute', { kind: 'silence' })}/v1/chat/completions`, { body: {} })
  const port = Number(new URL(simulator.url).port)
  const idle = connect(port, '127.0.0.1')
  const half = connect(port, '127.0.0.1', () =>
    half.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n'),
  )
  for (const socket of [idle, half]) socket.on('error', () => {})
  await expect.poll(() => [simulator.connections().open, simulator.requests.length]).toEqual([3, 2])
  await simulator.close()
  expect((await silent).how).toBe('cut')
  expect(simulator.connections().open).toBe(0)
  expect(simulator.requests.some((one) => one.closedByClient)).toBe(false)
})
