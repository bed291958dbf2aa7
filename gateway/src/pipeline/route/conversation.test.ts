/** Requests of one conversation are known for it, and others are not taken for it. */

import { describe, expect, test } from 'vitest'
import type { JsonObject } from '#core'
import { anthropic, type Dialect, openaiChat } from '#dialects'
import { Exchange } from '../exchange.ts'
import { RequestFacts } from './request-facts.ts'

function conversation(wire: JsonObject, headers: Record<string, string> = {}, dialect: Dialect = openaiChat) {
  const exchange = new Exchange({
    id: 'x',
    dialect,
    operation: 'chat',
    body: Buffer.from(JSON.stringify(wire)),
    wire,
    headers,
    callerKey: undefined,
    startedAt: 0,
    startedWall: 0,
  })
  return new RequestFacts(exchange).conversation()
}

const user = (content: string) => ({ role: 'user', content })
const said = (content: string) => ({ role: 'assistant', content })
const talk = (...messages: { role: string; content: string }[]) => ({ model: 'm', max_tokens: 9, messages })

const IDS = ['x-session-id', 'x-claude-code-session-id', 'session_id']

const by = (id: string, text: string) =>
  conversation({ ...talk(user(text)), metadata: { user_id: id } }, {}, anthropic)

describe('what the client calls it', () => {
  test.each(IDS)('%s', (name) => {
    const one = conversation(talk(user('a')), { [name]: 's1' })
    expect(conversation(talk(user('something else')), { [name]: 's1' })).toBe(one)
    expect(conversation(talk(user('a')), { [name]: 's2' })).not.toBe(one)
  })

  test('a cache key before a user, in the body', () => {
    const keyed = conversation({ ...talk(user('a')), prompt_cache_key: 'k', user: 'u' })
    expect(conversation({ ...talk(user('b')), prompt_cache_key: 'k', user: 'v' })).toBe(keyed)
    expect(conversation({ ...talk(user('b')), user: 'u' })).toBe(
      conversation({ ...talk(user('c')), user: 'u' }),
    )
    expect(conversation({ ...talk(user('b')), user: 'u' })).not.toBe(keyed)
  })

  test('the user id of a Messages request', () => {
    expect(by('one', 'a')).toBe(by('one', 'b'))
    expect(by('one', 'a')).not.toBe(by('two', 'a'))
  })
})

describe('how it begins', () => {
  test('later turns are the same conversation', () => {
    expect(conversation(talk(user('a'), said('b'), user('c')))).toBe(conversation(talk(user('a'))))
  })

  test('another first message, system prompt or set of tools is another', () => {
    const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }]
    const system = { role: 'system', content: 'Be brief.' }
    const all = [
      conversation(talk(user('a'))),
      conversation(talk(user('b'))),
      conversation(talk(system, user('a'))),
      conversation({ ...talk(user('a')), tools }),
    ]
    expect(new Set(all).size).toBe(4)
  })

  test('no words of the prompt are kept', () => {
    expect(conversation(talk(user('secret')))).toMatch(/^[0-9a-z]+-[0-9a-z]+$/)
  })
})
