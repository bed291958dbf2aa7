import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askRaw } from '../../test/raw-answer.ts'
import { readScript } from './control.ts'
import { startSimulator, type Simulator } from './index.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator()
})
afterAll(() => simulator.close())

const told = async (path: string, question: Parameters<typeof askRaw>[1] = {}) => {
  const answer = await askRaw(`${simulator.url}/_simulator${path}`, question)
  return { status: answer.status, body: JSON.parse(answer.body.toString()) }
}

test('a script registered over HTTP is played, remembered, counted and forgotten', async () => {
  const { body } = await told('/script/far', { body: [{ kind: 'status', status: 418, body: 'tea' }] })
  expect(body.url).toBe(`${simulator.url}/script/far`)
  expect((await askRaw(`${body.url}/v1/chat/completions`, { body: { model: 'm' } })).status).toBe(418)
  const { requests } = (await told('/requests')).body
  expect(requests).toMatchObject([
    { method: 'POST', path: '/script/far/v1/chat/completions', body: '{"model":"m"}' },
  ])
  expect((await told('/stats')).body).toMatchObject({ scripts: { far: { answered: 1 } } })
  expect((await told('/requests', { method: 'DELETE' })).status).toBe(200)
  expect((await told('/requests')).body.requests).toEqual([])
})

describe('readScript', () => {
  test.each([
    [undefined, 'in JSON'],
    [[], 'in JSON'],
    [['x'], 'Answer 0 of the script is not an object'],
    [{ kind: 'dance' }, 'needs a kind: answer, status'],
    [[{ kind: 'silence' }, { kind: 'status' }], 'Answer 1 of the script needs the field status'],
    [{ kind: 'status', status: 99 }, 'impossible status'],
    [{ kind: 'raw', status: 200, headers: {}, chunks: 'x' }, 'list of chunks'],
  ])('%j is refused', async (wire, message) => {
    expect(readScript(wire)).toContain(message)
  })

  test('a single answer is a script', () => {
    expect(readScript({ kind: 'silence' })).toEqual([{ kind: 'silence' }])
  })
})

test('bad scripts, missing names and unknown control paths are refused plainly', async () => {
  expect((await told('/script/x', { body: 'not json' })).status).toBe(400)
  expect((await told('/script', { body: { kind: 'silence' } })).status).toBe(400)
  expect((await told('/nothing')).status).toBe(404)
})
