/** What is passed on without being understood: files, batches, pictures, sound. Bytes both ways, bounded, gated, metered. */

import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isObject, parseJson } from '#core'
import { VirtualClock } from '../virtual-clock.ts'
import { last, MiB, passed, pathOf, raw } from './passed-on.ts'
import { jsonAnswer, rows, textAnswer } from './row.ts'

const open = rows()
const OK = jsonAnswer({ ok: true })
const GATE = 'gate-key-5d2c'

describe('the table', () => {
  test.each([
    ['POST', '/images/generations'],
    ['POST', '/images/edits'],
    ['POST', '/images/variations'],
    ['POST', '/audio/speech'],
    ['POST', '/audio/transcriptions'],
    ['POST', '/audio/translations'],
    ['POST', '/moderations'],
    ['POST', '/rerank'],
    ['GET', '/files'],
    ['POST', '/files'],
    ['GET', '/files/f-1/content'],
    ['DELETE', '/files/f-1'],
    ['POST', '/uploads/u-1/parts'],
    ['GET', '/batches?limit=2&after=b'],
    ['POST', '/batches/b-1/cancel'],
    ['GET', '/videos/v-1/content'],
    ['POST', '/vector_stores/vs-1/file_batches'],
    ['GET', '/fine_tuning/jobs'],
    ['GET', '/responses/r-1?include[]=x'],
    ['DELETE', '/responses/r-1'],
    ['POST', '/responses/r-1/cancel'],
    ['GET', '/responses/r-1/input_items'],
  ])('%s /v1%s reaches a provider of the language', async (method, path) => {
    const row = await open({ oa: OK })
    const reply = await row.ask(`/v1${path}`, { method })
    expect([reply.status, reply.json]).toEqual([200, { ok: true }])
    expect(reply.headers.get('x-provider')).toBe('oa')
    expect(last(row, 'oa').method).toBe(method)
    expect(pathOf(last(row, 'oa'))).toBe(path)
  })

  test.each([
    ['POST', '/v1/messages/batches'],
    ['GET', '/v1/messages/batches/b-1/results'],
    ['POST', '/v1/files'],
  ])("%s %s with Anthropic's version reaches Anthropic", async (method, path) => {
    const row = await open({ oa: OK, an: OK })
    const headers = {
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'files-api-2025-04-14',
      'x-provider': 'an',
    }
    expect((await row.ask(path, { method, headers })).status).toBe(200)
    expect(pathOf(last(row, 'an'))).toBe(path)
    expect(last(row, 'an').headers).toMatchObject({
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'files-api-2025-04-14',
      'x-api-key': 'test-key',
    })
    expect(passed(row, 'oa')).toEqual([])
  })

  test('other methods are a 405 that names the right ones, and the banner lists the paths', async () => {
    const row = await open({ oa: OK })
    for (const [path, allow] of [
      ['/v1/files', 'GET, POST, DELETE'],
      ['/v1/images/edits', 'POST'],
    ] as const) {
      const { status, headers } = await row.ask(path, { method: 'PUT', body: '{}' })
      expect([status, headers.get('allow')]).toEqual([405, allow])
    }
    const { json } = await row.ask('/', { headers: { accept: 'application/json' } })
    expect(json['endpoints']).toContain('/v1/files/{rest}')
    expect(passed(row, 'oa')).toEqual([])
  })

  test('no step leads out of an endpoint', async () => {
    const row = await open({ oa: OK })
    for (const path of ['../organization', '%2e%2E/keys', 'a%2f..%2fb', '..;x/b', 'a%5C..%5Cb'])
      expect([path, await statusOfRaw(row.url, `/v1/files/${path}`)]).toEqual([path, 404])
    expect(passed(row, 'oa')).toEqual([])
  })
})

/** Clients of higher level tidy a path up before it is sent. */
function statusOfRaw(url: string, path: string): Promise<number | undefined> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ hostname, port, path, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.on('error', reject)
    sent.end()
  })
}

describe('official clients', () => {
  test('upload a file, ask for a picture and for sound', async () => {
    const sound = randomBytes(5000)
    const row = await open({
      oa: [
        jsonAnswer({ id: 'file-1', object: 'file' }),
        jsonAnswer({ created: 1, data: [{ b64_json: 'AAAA' }] }),
        raw('audio/mpeg', [sound.subarray(0, 2000), sound.subarray(2000)]),
      ],
    })
    const file = new File(['{"a":1}\n'], 'train.jsonl')
    expect(await row.openai.files.create({ file, purpose: 'batch' })).toMatchObject({ id: 'file-1' })
    expect(last(row, 'oa').headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    expect(last(row, 'oa').body).toContain('{"a":1}')
    const picture = await row.openai.images.generate({ model: 'gpt-image-1', prompt: 'A cat' })
    expect(picture.data?.[0]?.b64_json).toBe('AAAA')
    const speech = await row.openai.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'Hi' })
    expect(Buffer.from(await speech.arrayBuffer())).toEqual(sound)
    expect(speech.headers.get('content-type')).toBe('audio/mpeg')
  })

  test("Anthropic's batches", async () => {
    const row = await open({ an: jsonAnswer({ id: 'msgbatch_1', type: 'message_batch' }) })
    const params = {
      model: 'claude-sonnet-4-5',
      max_tokens: 5,
      messages: [{ role: 'user' as const, content: 'Hi' }],
    }
    const batch = await row.anthropic.messages.batches.create({ requests: [{ custom_id: 'a', params }] })
    expect(batch.id).toBe('msgbatch_1')
    expect(pathOf(last(row, 'an'))).toBe('/v1/messages/batches')
  })
})

describe('where it goes', () => {
  test('a small JSON body names its provider in the model, which is rewritten and nothing else', async () => {
    const row = await open({ or: OK, oa: OK })
    const body = '{ "model":"oa:gpt-image-1", "prompt":"A cät", "n": 1.0 }'
    const reply = await row.ask('/v1/images/generations', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })
    expect([reply.status, reply.headers.get('x-model'), reply.headers.get('x-routing-reason')]).toEqual([
      200,
      'gpt-image-1',
      'prefix',
    ])
    expect(last(row, 'oa').body).toBe(body.replace('oa:', ''))
    expect(passed(row, 'or')).toEqual([])
  })

  test('else the header, else the query, else the default provider decide', async () => {
    const row = await open({ oa: OK, or: OK })
    const askedOf = async (path: string, headers: Record<string, string> = {}) =>
      (await row.ask(path, { headers })).headers.get('x-provider')
    expect(await askedOf('/v1/files?provider=or', { 'x-provider': 'oa' })).toBe('oa')
    expect(await askedOf('/v1/files?provider=or&limit=3')).toBe('or')
    expect(pathOf(last(row, 'or'))).toBe('/files?limit=3')
    expect(await askedOf('/v1/files')).toBe('oa')
  })

  test('an unknown provider is named, and nobody is asked', async () => {
    const row = await open({ oa: OK })
    const header = await row.ask('/v1/files', { headers: { 'x-provider': 'nope' } })
    const query = await row.ask('/v1/files?provider=nope')
    expect([header.status, query.status]).toEqual([400, 404])
    for (const { json } of [header, query])
      expect(json['error']).toMatchObject({ message: expect.stringContaining('"nope"') })
    expect(passed(row, 'oa')).toEqual([])
  })

  test('a provider of another language is refused with the names of those that would do', async () => {
    const row = await open({ an: OK, oa: OK })
    const files = await row.ask('/v1/files')
    expect([files.status, files.json['error']]).toEqual([
      400,
      expect.objectContaining({ code: 'wrong_language', message: expect.stringMatching(/"an".*oa/) }),
    ])
    const batches = await row.ask('/v1/messages/batches', { headers: { 'x-provider': 'oa' } })
    expect(batches.status).toBe(400)
    expect(batches.json).toMatchObject({ type: 'error', error: { message: expect.stringContaining('an') } })
    const alone = await open({ gg: OK })
    expect((await alone.ask('/v1/files')).status).toBe(404)
    expect([...passed(row, 'an'), ...passed(row, 'oa'), ...passed(alone, 'gg')]).toEqual([])
  })
})

describe('keys', () => {
  test('the gate holds, for every method, in the words of the family', async () => {
    const row = await open({ oa: OK, an: OK }, { server: { proxyApiKey: GATE } })
    for (const method of ['GET', 'POST', 'DELETE'])
      expect((await row.ask('/v1/files', { method })).status).toBe(401)
    const { status, json } = await row.ask('/v1/messages/batches')
    expect([status, json['type']]).toEqual([401, 'error'])
    expect([...passed(row, 'oa'), ...passed(row, 'an')]).toEqual([])
    expect((await row.ask('/v1/files', { headers: { authorization: `Bearer ${GATE}` } })).status).toBe(200)
  })

  test('neither the gate key nor what else is ours goes on; keys of the query neither', async () => {
    const row = await open({ oa: OK }, { server: { proxyApiKey: GATE } })
    const headers = { 'x-api-key': GATE, cookie: 'c=1', 'x-forwarded-for': '10.1.1.1', 'x-provider': 'oa' }
    const path = `/v1/files?key=${GATE}&api_key=sk-other&purpose=batch&k%65y=${GATE}`
    expect((await row.ask(path, { headers })).status).toBe(200)
    const record = last(row, 'oa')
    expect(JSON.stringify(record)).not.toContain(GATE)
    expect(pathOf(record)).toBe('/files?purpose=batch')
    expect(record.headers).toMatchObject({ authorization: 'Bearer test-key' })
    for (const name of ['cookie', 'x-forwarded-for', 'x-provider', 'x-api-key'])
      expect(record.headers).not.toHaveProperty(name)
  })

  test('keys take turns, and the caller pays where the provider is set to it', async () => {
    const row = await open(
      { oa: OK, or: OK },
      { providers: { oa: { apiKeys: ['key-one', 'key-two'] }, or: { apiKeys: [], passthrough: true } } },
    )
    for (let n = 0; n < 3; n++) await row.ask('/v1/files')
    // Which comes first depends on the probe at the start.
    const keys = passed(row, 'oa').map(({ headers }) => headers['authorization'])
    expect(new Set(keys)).toEqual(new Set(['Bearer key-one', 'Bearer key-two']))
    expect(keys[2]).toBe(keys[0])
    const own = { 'x-provider': 'or', authorization: 'Bearer callers-key' }
    expect((await row.ask('/v1/files', { headers: own })).status).toBe(200)
    expect(last(row, 'or').headers['authorization']).toBe('Bearer callers-key')
    expect((await row.ask('/v1/files', { headers: { 'x-provider': 'or' } })).status).toBe(401)
  })

  test('an error that repeats the key is told without it', async () => {
    const key = 'canary.key.4711'
    const body = { error: { message: `No file for ${key}.`, type: 'invalid_request_error' } }
    const row = await open(
      { oa: { kind: 'status', status: 404, body } },
      { providers: { oa: { apiKeys: [key] } } },
    )
    const { status, text, json } = await row.ask('/v1/files/f-1')
    expect(status).toBe(404)
    expect(json['error']).toMatchObject({ code: 'not_found', message: 'No file for [key].' })
    expect(text).not.toContain('canary')
  })
})

describe('failures', () => {
  test.each([
    ['oa', '/v1/files', 429, { error: { type: 'rate_limit_error' } }],
    ['oa', '/v1/files', 500, { error: { type: 'server_error' } }],
    ['an', '/v1/messages/batches', 429, { type: 'error', error: { type: 'rate_limit_error' } }],
  ] as const)(
    'of %s at %s with %i are told in the words of the family, once',
    async (upstream, path, status, body) => {
      const row = await open({ [upstream]: { kind: 'status', status } }, { config: { maxRetries: 3 } })
      const reply = await row.ask(path)
      expect(reply.status).toBeGreaterThanOrEqual(429)
      expect(reply.json).toMatchObject(body)
      expect(passed(row, upstream)).toHaveLength(1)
    },
  )

  test('a provider that hangs up is a 502', async () => {
    const row = await open({ oa: { kind: 'reset', when: 'before-headers' } })
    const { status, json } = await row.ask('/v1/files', { method: 'POST', body: new Uint8Array(2 * MiB) })
    expect([status, json['error']]).toEqual([502, expect.objectContaining({ type: 'server_error' })])
  })

  test('a refusal before the body is read is told, and the connection lives on', async () => {
    const row = await open({ oa: [{ kind: 'status', status: 401 }, OK] })
    const reply = await row.ask('/v1/files', { method: 'POST', body: new Uint8Array(8 * MiB) })
    expect(reply.status).toBe(401)
    expect((await row.ask('/v1/files')).status).toBe(200)
  })

  test('silence before the head is a 504, and silence in the middle breaks the connection', async () => {
    const clock = new VirtualClock()
    const row = await open({ oa: [{ kind: 'silence' }, raw('audio/mpeg', ['a', 'b'], 600_000)] }, { clock })
    const asked = row.ask('/v1/files')
    await expect.poll(() => passed(row, 'oa').length).toBe(1)
    clock.advance(90_000)
    expect((await asked).status).toBe(504)
    const reader = (await fetch(`${row.url}/v1/files/f/content`)).body?.getReader()
    await reader?.read()
    const rest = reader?.read()
    clock.advance(60_000)
    await expect(rest).rejects.toThrow(/terminated/)
    await expect.poll(() => last(row, 'oa').closedByClient).toBe(true)
  })

  test('a body that the provider does not take runs into the clock', async () => {
    const clock = new VirtualClock()
    // Of the first piece it never gets further: its own time stands still.
    const row = await open({ oa: { kind: 'echo', as: 'digest', gapMs: 600_000 } }, { clock })
    let status = 0
    const body = new Uint8Array(64 * MiB)
    const asked = row.ask('/v1/files', { method: 'POST', body }).then((reply) => (status = reply.status))
    await expect.poll(() => passed(row, 'oa').length).toBe(1)
    await expect.poll(() => (clock.advance(30_000), status)).toBe(504)
    await asked
  })
})

test('what passed is written down: bytes, status, and the usage a small answer tells', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-forward-'))
  const logTo = join(folder, 'log')
  try {
    const usage = { input_tokens: 7, output_tokens: 11, total_tokens: 18 }
    const row = await open(
      { oa: [jsonAnswer({ data: [], usage }), jsonAnswer({ usage }), { kind: 'status', status: 503 }] },
      { logTo, config: { logLevel: 'info' } },
    )
    const body = JSON.stringify({ model: 'gpt-image-1', prompt: 'A cat' })
    const headers = { 'content-type': 'application/json' }
    const picture = await row.ask('/v1/images/generations', { method: 'POST', body, headers })
    // The usage of a stored answer was counted when it was made.
    await row.ask('/v1/responses/r-1')
    await row.ask('/v1/files')
    await row.close()
    const lines = readFileSync(logTo, 'utf8')
      .split('\n')
      .map(parseJson)
      .filter((line) => isObject(line) && line['operation'] === 'forward')
    expect(lines).toMatchObject([
      {
        model: 'gpt-image-1',
        provider: 'oa',
        tokens_in: 7,
        tokens_out: 11,
        bytes_in: body.length,
        bytes_out: picture.text.length,
        status: 200,
        msg: 'completed',
      },
      { bytes_in: 0, msg: 'completed' },
      { status: 503, error: 'overloaded', msg: 'failed' },
    ])
    expect(lines[1]).not.toHaveProperty('tokens_in')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('chat is not touched by any of it', async () => {
  const row = await open({ oa: textAnswer() })
  const answer = await row.openai.responses.create({ model: 'm', input: 'Hi' })
  expect(answer.output_text).toBe('Hello there, friend.')
})
