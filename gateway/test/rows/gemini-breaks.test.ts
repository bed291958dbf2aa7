/** Row L09 for Gemini's clients, some of whom pass over an error that stands in a stream: they hear it, and then the connection breaks off. */

import { ApiError, GoogleGenAI } from '@google/genai'
import { describe, expect, test } from 'vitest'
import { houses } from '../house.ts'
import { askRaw } from '../raw-answer.ts'
import { inChunks, rawProvider } from '../raw-provider.ts'
import { pathFor, saying } from './gemini-client.ts'
import { rows } from './row.ts'

const open = rows()
const house = houses()
const TEXT = 'One two three four five.'
const BROKEN = { kind: 'answer', text: TEXT, cutAfter: 2 } as const

describe.each(['gg', 'oa'] as const)('L09 %s', (upstream) => {
  test.each([
    ['events', {}],
    ['list', {}],
    // Read by Node, and not by our own reader.
    ['events', { 'transfer-encoding': 'chunked' }],
    ['list', { 'transfer-encoding': 'chunked' }],
  ] as const)('%s %j', async (how, headers) => {
    const row = await open({ [upstream]: BROKEN }, { config: { midStream: 'error' } })
    const answer = await askRaw(row.url + pathFor(`${upstream}:m`, how), { body: saying('Count.'), headers })
    const body = answer.body.toString()
    expect([answer.status, answer.how]).toEqual([200, 'cut'])
    expect(body).toContain('two ')
    expect(body.slice(body.indexOf('two '))).toContain('"error"')
    const whole = { [upstream]: { kind: 'answer', text: TEXT } as const }
    const good = await askRaw((await open(whole)).url + pathFor(`${upstream}:m`, how), {
      body: saying('Count.'),
      headers,
    })
    expect(good.how).toBe('ended')
  })

  test("Google's own client throws what it was told", async () => {
    const row = await open({ [upstream]: BROKEN }, { config: { midStream: 'error' } })
    const httpOptions = { baseUrl: row.url, retryOptions: { attempts: 1 } }
    const google = new GoogleGenAI({ apiKey: 'client-key', httpOptions })
    const stream = await google.models.generateContentStream({ model: `${upstream}:m`, contents: 'Count.' })
    let heard = ''
    const listening = (async () => {
      for await (const piece of stream) heard += piece.text ?? ''
    })()
    const thrown: unknown = await listening.catch((error: unknown) => error)
    expect(heard).toBe('One two ')
    expect(thrown).toBeInstanceOf(ApiError)
    expect(String(thrown)).toContain('broke in the middle of the answer')
  })
})

// Read by us, and by Node.
test.each([{}, { 'transfer-encoding': 'chunked' }])(
  'L09 %j: what was said is heard, though it came in one packet with the failure',
  async (headers) => {
    const said = 'data: {"candidates":[{"content":{"role":"model","parts":[{"text":"One two "}]}}]}\r\n\r\n'
    const failure = 'data: {"error":{"code":503,"message":"Too busy.","status":"UNAVAILABLE"}}\r\n\r\n'
    const provider = await rawProvider((socket) => {
      const bytes = inChunks([said, failure]).replace('\r\n', '\r\ncontent-type: text/event-stream\r\n')
      socket.write(bytes, 'latin1')
    })
    const { url } = await house.open({
      providers: [{ name: 'gg', type: 'google', baseUrl: provider.origin }],
      config: { midStream: 'error' },
    })
    const answer = await askRaw(url + pathFor('gg:m', 'events'), { body: saying('Count.'), headers })
    expect([answer.status, answer.how]).toEqual([200, 'cut'])
    expect(answer.body.toString()).toMatch(/One two .*"error"/s)
    provider.close()
  },
)
