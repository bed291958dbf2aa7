/** A search that the provider runs, as a client of each language asks for it, asked of a provider of every other (pitfall 221). */

import { describe, expect, test } from 'vitest'
import { type ChatRequest, GatewayError, type JsonObject, type Note } from '#core'
import { anthropic } from './anthropic/index.ts'
import { bedrock } from './bedrock/index.ts'
import type { Dialect, Traits } from './dialect.ts'
import { gemini } from './gemini/index.ts'
import { ollama } from './ollama/index.ts'
import { openaiChat } from './openai-chat/index.ts'
import { openaiResponses } from './openai-responses/index.ts'

const CITY = { city: 'Utrecht', country: 'NL' }
const PLACE = { type: 'approximate', ...CITY }
const USER = { role: 'user', content: 'Who won?' }
const OPTIONS: Traits = { webSearch: 'options' }
const OPENROUTER: Traits = { webSearch: 'tool' }

function claude(search: JsonObject = {}, more: JsonObject = {}): ChatRequest {
  const tools = [{ type: 'web_search_20250305', name: 'web_search', ...search }]
  return anthropic.chat.decodeRequest(
    { model: 'm', max_tokens: 99, messages: [USER], tools, ...more },
    'chat',
  )
}

function responses(search: JsonObject = {}, ...others: JsonObject[]): ChatRequest {
  const tools = [{ type: 'web_search', ...search }, ...others]
  return openaiResponses.chat.decodeRequest({ model: 'm', input: 'Who won?', tools })
}

function chat(web_search_options: JsonObject = {}, more: JsonObject = {}): ChatRequest {
  return openaiChat.chat.decodeRequest({ model: 'm', messages: [USER], web_search_options, ...more }, 'chat')
}

function google(googleSearch: JsonObject = {}): ChatRequest {
  const contents = [{ role: 'user', parts: [{ text: 'Who won?' }] }]
  const at = { model: 'm', stream: false }
  return gemini.chat.decodeRequest({ contents, tools: [{ google_search: googleSearch }] }, 'chat', at)
}

function openRouter(parameters: JsonObject): ChatRequest {
  const tools = [{ type: 'openrouter:web_search', parameters }]
  return openaiChat.chat.decodeRequest({ model: 'm', messages: [USER], tools }, 'chat')
}

interface Sent {
  readonly body: JsonObject
  readonly fields: string[]
}

function sent(request: ChatRequest, to: Dialect, traits: Traits = {}): Sent {
  const fields: string[] = []
  const note = ({ field }: Note) => void fields.push(field)
  return { body: to.chat.encodeRequest(request, { model: 'm', provider: 'p', traits, note }), fields }
}

function refusal(request: ChatRequest, to: Dialect, traits: Traits = {}): GatewayError | undefined {
  try {
    sent(request, to, traits)
    return undefined
  } catch (thrown) {
    return thrown instanceof GatewayError ? thrown : undefined
  }
}

const IN_MESSAGES = { type: 'web_search_20250305', name: 'web_search' }

describe('pitfall 221 a search of the web', () => {
  test.each([
    ['Anthropic’s', claude()],
    ['Responses’', responses()],
    ['an older one of Responses’', responses({ type: 'web_search_preview_2025_03_11' })],
    ['chat completions’', chat()],
    ['Gemini’s', google()],
    ['OpenRouter’s', openRouter({})],
  ])('pitfall 221 of %s is asked for in all languages that have one', (_, request) => {
    expect(sent(request, anthropic)).toEqual({
      body: expect.objectContaining({ tools: [IN_MESSAGES] }),
      fields: [],
    })
    expect(sent(request, gemini)).toEqual({
      body: expect.objectContaining({ tools: [{ googleSearch: {} }] }),
      fields: [],
    })
    const [first] = [sent(request, openaiResponses).body['tools']].flat()
    expect(first).toMatchObject({ type: expect.stringMatching(/^web_search/) })
    if (request.tools?.[0]?.native?.dialect === 'openai-chat') return
    expect(sent(request, openaiChat, OPTIONS)).toEqual({
      body: expect.objectContaining({ web_search_options: {} }),
      fields: [],
    })
    expect(sent(request, openaiChat, OPENROUTER).body['tools']).toEqual([{ type: 'openrouter:web_search' }])
  })

  test('pitfall 221 keeps its sites, its limit and the place of the user wherever they can be said', () => {
    const asked = claude({
      type: 'web_search_20260318',
      allowed_domains: ['a.example'],
      max_uses: 3,
      user_location: PLACE,
      response_inclusion: 'full',
    })
    const inResponses = sent(asked, openaiResponses)
    expect(inResponses.body['tools']).toEqual([
      { type: 'web_search', filters: { allowed_domains: ['a.example'] }, user_location: PLACE },
    ])
    expect(inResponses.fields).toEqual(['tools.web_search.max_uses', 'tools.web_search.response_inclusion'])
    expect(sent(asked, openaiChat, OPENROUTER).body['tools']).toEqual([
      {
        type: 'openrouter:web_search',
        parameters: { max_uses: 3, allowed_domains: ['a.example'], user_location: PLACE },
      },
    ])
    const filtered = responses({
      filters: { allowed_domains: ['a.example'] },
      user_location: PLACE,
      search_context_size: 'high',
    })
    const inMessages = sent(filtered, anthropic)
    expect(inMessages.body['tools']).toEqual([
      { ...IN_MESSAGES, allowed_domains: ['a.example'], user_location: PLACE },
    ])
    expect(inMessages.fields).toEqual(['tools.web_search.search_context_size'])
    const unfiltered = sent(
      responses({ user_location: PLACE, search_context_size: 'low' }),
      openaiChat,
      OPTIONS,
    )
    expect(unfiltered).toEqual({
      body: expect.objectContaining({
        web_search_options: {
          search_context_size: 'low',
          user_location: { type: 'approximate', approximate: CITY },
        },
      }),
      fields: [],
    })
    const placed = chat({ user_location: { type: 'approximate', approximate: CITY } })
    expect(sent(placed, anthropic).body['tools']).toEqual([{ ...IN_MESSAGES, user_location: PLACE }])
    expect(sent(placed, gemini).fields).toEqual(['tools.web_search.user_location'])
    const excluding = openRouter({ excluded_domains: ['b.example'], max_uses: 1 })
    expect(sent(excluding, anthropic).body['tools']).toEqual([
      { ...IN_MESSAGES, max_uses: 1, blocked_domains: ['b.example'] },
    ])
  })

  test.each([
    ['some sites only', claude({ allowed_domains: ['a.example'] }), gemini, {}, 'allowed_domains'],
    ['some sites only', claude({ allowed_domains: ['a.example'] }), openaiChat, OPTIONS, 'allowed_domains'],
    [
      'all but some sites',
      claude({ blocked_domains: ['b.example'] }),
      openaiResponses,
      {},
      'blocked_domains',
    ],
    ['all but some sites', claude({ blocked_domains: ['b.example'] }), gemini, {}, 'blocked_domains'],
    [
      'both kinds of sites',
      openRouter({ allowed_domains: ['a.example'], excluded_domains: ['b.example'] }),
      anthropic,
      {},
      'blocked_domains',
    ],
    ['what is stored', responses({ external_web_access: false }), anthropic, {}, 'offline'],
  ])('pitfall 221 in %s is never widened: refused with 400 where it cannot be held to', (...row) => {
    const [, request, to, traits, bound] = row
    const error = refusal(request, to, traits)
    expect(error).toMatchObject({ status: 400, type: 'unsupported' })
    expect(error?.message).toContain(`web_search.${bound}`)
    expect(error?.facts.param).toBe(`tools.web_search.${bound}`)
  })

  test('pitfall 221 in all but some sites is one of Google’s where its cloud runs it', () => {
    const asked = claude({ blocked_domains: ['b.example'] })
    const tools = [{ googleSearch: { excludeDomains: ['b.example'] } }]
    expect(sent(asked, gemini, { excludesSites: true }).body['tools']).toEqual(tools)
    const inMessages = sent(google({ exclude_domains: ['b.example'] }), anthropic)
    expect(inMessages.body['tools']).toEqual([{ ...IN_MESSAGES, blocked_domains: ['b.example'] }])
  })

  test.each([
    ['bedrock', bedrock],
    ['ollama', ollama],
    ['a chat model without one', openaiChat],
  ] as const)('pitfall 211 pitfall 221 is refused with 400 and its name where there is none: %s', (_, to) => {
    for (const request of [claude(), responses(), google()]) {
      const name = `tools.${request.tools?.[0]?.name}`
      expect(refusal(request, to)).toMatchObject({ status: 400, facts: { param: name } })
    }
  })

  test('pitfall 211 pitfall 221 is named as the client spelled it', () => {
    for (const to of [bedrock, ollama])
      expect(refusal(chat(), to)).toMatchObject({ status: 400, facts: { param: 'web_search_options' } })
  })

  test('pitfall 221 that must not be used is left out with a note instead', () => {
    const { body, fields } = sent(claude({}, { tool_choice: { type: 'none' } }), ollama)
    expect(body).not.toHaveProperty('tools')
    expect(fields).toContain('tools.web_search')
  })
})

describe('beside functions of the client’s', () => {
  const f = { type: 'function', name: 'f', parameters: { type: 'object', properties: {} } }

  test('pitfall 211 a search that cannot be asked for is left out with a note: agents offer it with every request', () => {
    const codex = responses({ external_web_access: false }, f)
    for (const to of [anthropic, gemini, bedrock, ollama, openaiChat]) {
      const { body, fields } = sent(codex, to)
      expect(JSON.stringify(body)).not.toMatch(/search/i)
      expect(JSON.stringify(body)).toContain('"f"')
      expect(fields.filter((field) => field.startsWith('tools.web_search'))).toHaveLength(1)
    }
  })

  test('pitfall 221 it is asked for where both go together', () => {
    expect(sent(responses({}, f), anthropic).body['tools']).toMatchObject([IN_MESSAGES, { name: 'f' }])
    expect(sent(responses({}, f), openaiChat, OPENROUTER).body['tools']).toHaveLength(2)
    expect(sent(responses({}, f), gemini)).toMatchObject({
      body: { tools: [{ functionDeclarations: [{ name: 'f' }] }] },
      fields: ['tools.web_search'],
    })
    expect(sent(responses({}, f), openaiChat, OPTIONS).body).not.toHaveProperty('web_search_options')
  })
})

describe('pitfall 221 chosen', () => {
  const chosen = claude({}, { tool_choice: { type: 'tool', name: 'web_search' } })

  test('pitfall 221 it is chosen by its own name in each language', () => {
    expect(sent(chosen, openaiResponses).body['tool_choice']).toEqual({ type: 'web_search' })
    expect(sent(chosen, anthropic).body['tool_choice']).toEqual({ type: 'tool', name: 'web_search' })
  })

  test.each([
    ['gemini', gemini, {}],
    ['chat completions', openaiChat, OPTIONS],
    ['OpenRouter', openaiChat, OPENROUTER],
  ])('pitfall 221 %s cannot choose it, which is told', (_, to, traits) => {
    const { body, fields } = sent(chosen, to, traits)
    expect(body).not.toHaveProperty('tool_choice')
    expect(body).not.toHaveProperty('toolConfig')
    expect(fields).toEqual(['tool_choice'])
  })
})

describe('in its own language', () => {
  test('pitfall 221 the options of chat completions go as they came', () => {
    const options = { search_context_size: 'low', user_location: { type: 'approximate', approximate: CITY } }
    const f = { type: 'function', function: { name: 'f' } }
    const { body, fields } = sent(chat(options, { tools: [f], tool_choice: 'auto' }), openaiChat)
    expect(body).toMatchObject({ web_search_options: options, tool_choice: 'auto' })
    expect(body['tools']).toHaveLength(1)
    expect(fields).toEqual([])
  })

  test('pitfall 213 a search and a function of its name: Anthropic is asked for the function alone', () => {
    const tool = { type: 'function', name: 'web_search', parameters: { type: 'object', properties: {} } }
    const { body, fields } = sent(responses({}, tool), anthropic)
    expect(body['tools']).toMatchObject([{ name: 'web_search', input_schema: {} }])
    expect(fields).toEqual(['tools.web_search'])
  })
})

describe('pitfall 221 several', () => {
  const preview = { type: 'web_search_preview', filters: { allowed_domains: ['a.example'] } }

  test.each([
    ['Anthropic', anthropic, {}],
    ['Gemini', gemini, {}],
    ['chat completions', openaiChat, OPTIONS],
    ['OpenRouter', openaiChat, OPENROUTER],
  ])('pitfall 221 are asked for as one, which is told: %s would refuse its name twice', (_, to, traits) => {
    const { body, fields } = sent(responses({}, { type: 'web_search_preview' }), to, traits)
    const alone = sent(responses(), to, traits)
    expect(body).toEqual(alone.body)
    expect(fields).toEqual(['tools.web_search_preview'])
  })

  test('pitfall 221 are asked for as the chosen one', () => {
    const request = openaiResponses.chat.decodeRequest({
      model: 'm',
      input: 'Who won?',
      tools: [{ type: 'web_search' }, preview],
      tool_choice: { type: 'web_search_preview' },
    })
    const { body } = sent(request, anthropic)
    expect(body['tools']).toEqual([{ ...IN_MESSAGES, allowed_domains: ['a.example'] }])
    expect(body['tool_choice']).toEqual({ type: 'tool', name: 'web_search' })
  })
})

describe('pitfall 221 what is said of it oddly', () => {
  test.each([
    ['an empty list of another word for the same', { excluded_domains: [], blocked_domains: ['b.example'] }],
    ['half in each of two words', { excluded_domains: ['b.example'], blocked_domains: null }],
    ['a lone name', { excluded_domains: 'b.example' }],
  ])('pitfall 221 binds all the same: %s', (_, filters) => {
    expect(sent(responses({ filters }), anthropic).body['tools']).toEqual([
      { ...IN_MESSAGES, blocked_domains: ['b.example'] },
    ])
  })

  test('pitfall 221 names in both words are all kept out', () => {
    const filters = { excluded_domains: ['b.example'], blocked_domains: ['c.example'] }
    expect(sent(responses({ filters }), anthropic).body['tools']).toEqual([
      { ...IN_MESSAGES, blocked_domains: ['b.example', 'c.example'] },
    ])
  })

  test('pitfall 221 a filter that nobody else knows is told', () => {
    const { fields } = sent(responses({ filters: { recency: 'day' } }), anthropic)
    expect(fields).toEqual(['tools.web_search.filters.recency'])
  })
})

const FUNCTION = { type: 'function', name: 'f', parameters: { type: 'object', properties: {} } }

function choosing(tool_choice: JsonObject | string, ...others: JsonObject[]): ChatRequest {
  const tools = [{ type: 'web_search' }, ...others]
  return openaiResponses.chat.decodeRequest({ model: 'm', input: 'Who won?', tools, tool_choice })
}

describe('pitfall 221 the choice', () => {
  test.each([
    ['Gemini', gemini, {}],
    ['chat completions', openaiChat, OPTIONS],
  ])('pitfall 221 not to search is kept where nobody can be told: %s', (_, to, traits) => {
    const { body, fields } = sent(choosing('none'), to, traits)
    expect(JSON.stringify(body)).not.toMatch(/search/i)
    expect(fields).toEqual(['tools.web_search'])
  })

  test('pitfall 221 to use some tool is told where it cannot be said of a search', () => {
    expect(sent(choosing('required'), gemini)).toMatchObject({
      body: { tools: [{ googleSearch: {} }] },
      fields: ['tool_choice'],
    })
  })

  test('pitfall 221 among a search alone leaves the functions out: Gemini knows none of its name', () => {
    const among = { type: 'allowed_tools', mode: 'required', tools: [{ type: 'web_search' }] }
    const { body } = sent(choosing(among, FUNCTION), gemini)
    expect(body['tools']).toEqual([{ googleSearch: {} }])
    expect(body).not.toHaveProperty('toolConfig')
  })
})

test('pitfall 221 a cache mark on a search that is left out stays at its place', () => {
  const cache_control = { type: 'ephemeral' }
  const tools = [
    { name: 'f', input_schema: { type: 'object' } },
    { type: 'web_search_20250305', name: 'web_search', cache_control },
  ]
  const request = anthropic.chat.decodeRequest({ model: 'm', max_tokens: 9, messages: [USER], tools }, 'chat')
  const { body } = sent(request, bedrock)
  expect(JSON.stringify(body['toolConfig'])).toContain('cachePoint')
})
