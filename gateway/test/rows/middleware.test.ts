/** Rows J01 to J07: what middlewares are given, when, in which order, and what becomes of their failures. */

import { expect, test } from 'vitest'
import { pluginFolder, withMiddleware } from '../plugin.ts'
import { VirtualClock } from '../virtual-clock.ts'
import { rows, sseEvents, textAnswer } from './row.ts'

const row = rows()
const folder = pluginFolder()

const CHAT = '/v1/chat/completions'
const ASK = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] }
const PLAIN = `return { name: options.name, initialize: () => tell(options.name, 'init'), cleanup: () => tell(options.name, 'cleanup') }`

test('J01 middlewares are initialised once, in order, at the start, and cleaned up in reverse at the end', async () => {
  const plugins = folder()
  const named = (name: string) => plugins.middleware(name, PLAIN, { options: { name } })
  const house = await row({ oa: textAnswer() }, { config: withMiddleware(named('one'), named('two')) })
  expect(plugins.journal()).toEqual(['one init', 'two init'])
  await house.post(CHAT, ASK)
  await house.post(CHAT, ASK)
  expect((await house.ask('/health/detailed')).json['middlewares']).toEqual([
    { name: 'one', role: 'steering', is_initialized: true },
    { name: 'two', role: 'steering', is_initialized: true },
  ])
  await house.close()
  expect(plugins.journal()).toEqual(['one init', 'two init', 'two cleanup', 'one cleanup'])
})

test('J01 a cleanup that fails is logged, and the others have theirs', async () => {
  const plugins = folder()
  const failing = plugins.middleware(
    'bad',
    `return { name: 'bad', cleanup() { tell('bad'); throw new Error('no') } }`,
  )
  const good = plugins.middleware('good', PLAIN, { options: { name: 'good' } })
  const house = await row({ oa: textAnswer() }, { config: withMiddleware(good, failing) })
  await house.close()
  expect(plugins.journal()).toEqual(['good init', 'bad', 'good cleanup'])
})

const SEES = `return {
  name: options.name,
  applies: ({ provider }) => options.only === undefined || options.only === provider,
  request({ request }) { tell(options.name, 'request', request.messages.length) ; return { request: { ...request, messages: [...request.messages, ...request.messages] } } },
  response() { tell(options.name, 'response') },
}`

test('J02 two run in order, answers in reverse, and one that declines the provider is passed over', async () => {
  const plugins = folder()
  const named = (name: string, only?: string) =>
    plugins.middleware(name, SEES, { options: { name, ...(only === undefined ? {} : { only }) } })
  const house = await row(
    { oa: textAnswer(), an: textAnswer() },
    { config: withMiddleware(named('one'), named('other', 'an'), named('two')) },
  )
  expect((await house.post(CHAT, ASK)).status).toBe(200)
  expect(plugins.journal()).toEqual(['one request 1', 'two request 2', 'two response', 'one response'])
  expect(house.sent('oa')['messages']).toHaveLength(4)
})

test('J02 the configuration can say for which providers and models one is', async () => {
  const plugins = folder()
  const body = `return { name: 'm', request: () => tell(options.name) }`
  const of = (name: string, more: object) => plugins.middleware(name, body, { options: { name }, ...more })
  const house = await row(
    { oa: textAnswer() },
    {
      config: withMiddleware(
        of('other', { providers: ['an'] }),
        of('his', { providers: ['oa'], models: ['GPT-*'] }),
        of('model', { models: ['claude-*'] }),
      ),
    },
  )
  await house.post(CHAT, ASK)
  expect(plugins.journal()).toEqual(['his'])
})

const COUNTS = `return {
  name: 'counts',
  request(asked, call) { tell('request', call.provider, call.dialect, call.clientDialect, call.operation, call.stream) },
  response(response) { tell('response', response.parts[0].text) },
  event(event) { tell('event', event.type) },
  complete({ result, usage }) { tell('complete', result, usage?.outputTokens > 0) },
}`

test.each(['oa', 'an'] as const)(
  'J03 before %s each hook is called as often as it should be',
  async (upstream) => {
    const plugins = folder()
    const house = await row(
      { [upstream]: textAnswer('one two three') },
      { config: withMiddleware(plugins.middleware('counts', COUNTS)) },
    )
    const dialect = upstream === 'oa' ? 'openai-chat' : 'anthropic'
    await house.post(CHAT, { ...ASK, model: 'm' })
    expect(plugins.journal()).toEqual([
      `request ${upstream} ${dialect} openai-chat chat false`,
      'response one two three',
      'complete completed true',
    ])
    const streamed = await house.post(CHAT, { ...ASK, model: 'm', stream: true })
    expect(streamed.text).toContain('[DONE]')
    const told = plugins.journal().slice(3)
    expect(told[0]).toBe(`request ${upstream} ${dialect} openai-chat chat true`)
    expect(told.filter((line) => line === 'event text-delta').length).toBeGreaterThan(1)
    expect(told.filter((line) => line === 'event finish')).toHaveLength(1)
    expect(told.filter((line) => line.startsWith('complete'))).toHaveLength(1)
    expect(told.at(-1)).toMatch(/^complete completed/)
  },
)

test('J03 every target that is asked has its own request and its own completion', async () => {
  const plugins = folder()
  const body = `return {
    name: 'm',
    request: (asked, { provider }) => tell('request', provider),
    complete: ({ result, error }, { provider }) => tell('complete', provider, result, error?.type),
  }`
  const house = await row(
    { oa: { kind: 'status', status: 500 }, an: textAnswer() },
    {
      config: {
        ...withMiddleware(plugins.middleware('m', body)),
        models: { both: { targets: ['oa:gpt-4o', 'an:claude-sonnet-4-5'] } },
      },
    },
  )
  expect((await house.post(CHAT, { ...ASK, model: 'both' })).status).toBe(200)
  expect(plugins.journal()).toEqual([
    'request oa',
    'complete oa failed provider-error',
    'request an',
    'complete an completed ',
  ])
})

test('J03 events can be altered, dropped and added, in a stream and in a whole answer', async () => {
  const plugins = folder()
  const body = `return {
    name: 'm',
    event(event) {
      if (event.type !== 'text-delta') return undefined
      if (event.text.includes('two')) return []
      return [{ ...event, text: event.text.toUpperCase() }, { ...event, text: '!' }]
    },
  }`
  const house = await row(
    { oa: textAnswer('one two three') },
    { config: withMiddleware(plugins.middleware('m', body)) },
  )
  const streamed = await house.post(CHAT, { ...ASK, stream: true })
  expect(contentOf(streamed.text)).toMatch(/^ONE *! *THREE!$/)
  const whole = await house.openai.chat.completions.create({
    model: 'gpt-4o',
    messages: [{ role: 'user', content: 'Hi' }],
  })
  // One block has one text, so the whole of it goes.
  expect(whole.choices[0]?.message.content ?? '').toBe('')
})

test('J03 one that only reads leaves the bytes of the same language alone', async () => {
  const plugins = folder()
  const body = `return { name: 'm', changesAnswers: false, event: ({ type }) => tell(type) }`
  const bare = await row({ oa: textAnswer() })
  const house = await row({ oa: textAnswer() }, { config: withMiddleware(plugins.middleware('m', body)) })
  const wanted = await bare.post(CHAT, { ...ASK, stream: true, unheard_of: { x: 1 } })
  const got = await house.post(CHAT, { ...ASK, stream: true, unheard_of: { x: 1 } })
  expect(steady(got.text)).toBe(steady(wanted.text))
  expect(house.calls('oa')[0]?.body).toBe(bare.calls('oa')[0]?.body)
  expect(plugins.journal()).toContain('finish')
})

test('J04 what one changes reaches later ones and no earlier target, and nobody can change it in place', async () => {
  const plugins = folder()
  const first = plugins.middleware(
    'first',
    `return { name: 'first', request({ request }, call) {
      tell(call.provider, 'first', request.messages[0].parts[0].text)
      for (const change of [() => { request.model = 'x' }, () => request.messages.push({}), () => { request.messages[0].parts[0].text = 'x' }, () => { call.provider = 'x' }])
        try { change(); tell('changed') } catch (error) { tell(error.constructor.name) }
      return { request: { ...request, messages: [{ role: 'user', parts: [{ type: 'text', text: 'changed' }] }] } }
    } }`,
  )
  const second = plugins.middleware(
    'second',
    `return { name: 'second', request({ request }, call) { tell(call.provider, 'second', request.messages[0].parts[0].text) } }`,
  )
  const house = await row(
    { oa: { kind: 'status', status: 500 }, an: textAnswer() },
    {
      config: {
        ...withMiddleware(first, second),
        models: { both: { targets: ['oa:gpt-4o', 'an:claude-sonnet-4-5'] } },
      },
    },
  )
  await house.post(CHAT, { ...ASK, model: 'both' })
  const errors = Array.from({ length: 4 }, () => 'TypeError')
  const told = ['oa', 'an'].flatMap((name) => [`${name} first Hi`, ...errors, `${name} second changed`])
  expect(plugins.journal()).toEqual(told)
})

const FAILS = `
  const fail = (hook) => { if (options.hook === hook) throw new Error('secret plan of the plugin') }
  return {
    name: 'fails',
    role: options.role,
    applies: () => (fail('applies'), true),
    request({ request }) { if (request.messages[0].parts[0].text === 'fail') fail('request') },
    response: () => fail('response'),
    event: ({ type }) => { if (type === (options.at ?? 'text-delta')) fail('event') },
    headers: () => fail('headers'),
    complete: ({ result, error }) => { tell(result, error?.type); fail('complete') },
  }`

const FAIL_ASK = { ...ASK, messages: [{ role: 'user', content: 'fail' }] }

test.each(['request', 'response', 'headers', 'applies'])(
  'J05 a steering one that throws in %s fails its request, and no other',
  async (hook) => {
    const plugins = folder()
    const house = await row(
      { oa: textAnswer(), an: textAnswer() },
      {
        config: withMiddleware(plugins.middleware('fails', FAILS, { options: { hook }, providers: ['oa'] })),
      },
    )
    const answer = await house.post(CHAT, FAIL_ASK)
    expect(answer.status).toBe(500)
    expect(answer.json).toMatchObject({ error: { message: expect.stringContaining(`hook "${hook}"`) } })
    expect(answer.text).not.toContain('secret plan')
    const native = await house.post('/v1/messages', { ...FAIL_ASK, max_tokens: 9 })
    expect([native.status, native.json['type']]).toEqual([500, 'error'])
    expect((await house.post(CHAT, { ...ASK, model: 'an:m' })).status).toBe(200)
    expect(plugins.journal().filter((line) => line === 'failed internal')).toHaveLength(
      hook === 'applies' ? 0 : 2,
    )
  },
)

test.each([
  [CHAT, 'text-delta'],
  ['/v1/messages', 'text-delta'],
  [CHAT, 'start'],
])('J05 one that throws in the middle of a stream ends it with the error (%s, at %s)', async (path, at) => {
  const plugins = folder()
  const config = withMiddleware(plugins.middleware('fails', FAILS, { options: { hook: 'event', at } }))
  const house = await row({ oa: { kind: 'answer', text: 'one two three four', gapMs: 20 } }, { config })
  const answer = await house.post(path, { ...ASK, max_tokens: 99, stream: true })
  expect(answer.text).toContain('in its hook \\"event\\"')
  expect(answer.text).not.toMatch(/message_stop|"finish_reason":"|one|three/)
  expect(plugins.journal()).toEqual(['failed internal'])
  await expect.poll(() => house.calls('oa')[0]?.closedByClient).toBe(true)
})

test('P08 an exception in a middleware is a 500 in the client’s own envelope, with the request id', async () => {
  const plugins = folder()
  const config = withMiddleware(plugins.middleware('fails', FAILS, { options: { hook: 'request' } }))
  const house = await row({ oa: textAnswer() }, { config })
  for (const [path, envelope] of [
    [CHAT, { error: { type: 'server_error', code: 'internal_error' } }],
    ['/v1/messages', { type: 'error', error: { type: 'api_error' }, request_id: 'p08' }],
    ['/api/chat', { error: expect.stringContaining('failed in its hook') }],
  ] as const) {
    const answer = await house.post(path, { ...FAIL_ASK, max_tokens: 9 }, { 'x-request-id': 'p08' })
    expect([answer.status, answer.headers.get('x-request-id')]).toEqual([500, 'p08'])
    expect(answer.json).toMatchObject(envelope)
  }
})

test.each(['request', 'response', 'event', 'applies', 'complete'])(
  'J05 an observing one that throws in %s is only logged',
  async (hook) => {
    const plugins = folder()
    const observer = plugins.middleware('fails', FAILS, { options: { hook, role: 'observing' } })
    const house = await row({ oa: textAnswer('fine') }, { config: withMiddleware(observer) })
    const whole = await house.post(CHAT, FAIL_ASK)
    expect([whole.status, whole.text.includes('fine')]).toEqual([200, true])
    const streamed = await house.post(CHAT, { ...FAIL_ASK, stream: true })
    expect(contentOf(streamed.text)).toBe('fine')
  },
)

test('J05 a steering one that is late fails the request; an observing one keeps nobody waiting', async () => {
  const plugins = folder()
  const clock = new VirtualClock()
  const late = (role: string, provider: string) =>
    plugins.middleware(
      role,
      `return { name: '${role}', role: '${role}', request: () => { tell('${role}'); return new Promise(() => {}) } }`,
      {
        providers: [provider],
        hookTimeoutMs: 700,
      },
    )
  const house = await row(
    { oa: textAnswer(), an: textAnswer() },
    { clock, config: withMiddleware(late('steering', 'oa'), late('observing', 'an')) },
  )
  expect((await house.post(CHAT, { ...ASK, model: 'an:m' })).status).toBe(200)
  const waiting = house.post(CHAT, ASK)
  await expect.poll(() => plugins.journal()).toContain('steering')
  clock.advance(700)
  const answer = await waiting
  expect([answer.status, answer.text]).toEqual([500, expect.stringContaining('longer than 700 ms')])
  expect(house.calls('oa')).toHaveLength(0)
})

test('J05 a refusal is told in its own words', async () => {
  const plugins = folder()
  const guard = plugins.middleware(
    'guard',
    `return { name: 'guard', request() { throw tools.refusal('content-policy', 'Not in this house.') } }`,
  )
  const house = await row({ oa: textAnswer() }, { config: withMiddleware(guard) })
  const answer = await house.post(CHAT, ASK)
  expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('Not in this house.')])
})

test('J06 one that fails to initialise keeps the gateway from starting, by its name, and those before it are cleaned up', async () => {
  const plugins = folder()
  const good = plugins.middleware('good', PLAIN, { options: { name: 'good' } })
  const bad = plugins.middleware(
    'bad',
    `return { name: 'bad-one', initialize() { throw new Error('no table') } }`,
  )
  await expect(row({ oa: textAnswer() }, { config: withMiddleware(good, bad) })).rejects.toThrow(
    'a test: the middleware "bad-one" failed to initialize: no table',
  )
  expect(plugins.journal()).toEqual(['good init', 'good cleanup'])
})

test('J07 a client that leaves in the middle of a stream still completes it', async () => {
  const plugins = folder()
  const house = await row(
    { oa: { kind: 'answer', text: 'one two three', stallAfter: 1 } },
    { config: withMiddleware(plugins.middleware('counts', COUNTS)) },
  )
  const leaving = new AbortController()
  const response = await fetch(house.url + CHAT, {
    method: 'POST',
    body: JSON.stringify({ ...ASK, stream: true }),
    signal: leaving.signal,
  })
  await response.body?.getReader().read()
  expect(plugins.journal().some((line) => line.startsWith('complete'))).toBe(false)
  leaving.abort()
  await expect
    .poll(() => plugins.journal().filter((line) => line.startsWith('complete')))
    .toEqual(['complete cancelled false'])
})

test('J07 a stream that breaks off completes with its error', async () => {
  const plugins = folder()
  const body = `return { name: 'm', complete: ({ result, error }) => tell(result, error.type) }`
  const house = await row(
    { oa: { kind: 'answer', text: 'one two three', cutAfter: 1 } },
    { config: withMiddleware(plugins.middleware('m', body)) },
  )
  await house.post(CHAT, { ...ASK, stream: true })
  expect(plugins.journal()).toEqual(['failed cut-stream'])
})

function contentOf(text: string): string {
  return sseEvents(text)
    .filter(({ data }) => data.startsWith('{'))
    .map(({ data }) => JSON.parse(data).choices?.[0]?.delta?.content ?? '')
    .join('')
}

/** Without what is another each time. */
function steady(text: string): string {
  return text.replaceAll(/"(?:id|created)":(?:"[^"]*"|\d+)/g, '')
}
