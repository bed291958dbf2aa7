/** Faults of a body are told by the field's name. */

import { describe, expect, test } from 'vitest'
import { asGatewayError } from '#core'
import type { GatewayError, JsonObject } from '#core'
import { anthropic } from './index.ts'

const GOOD: JsonObject = { model: 'm', max_tokens: 8, messages: [{ role: 'user', content: 'hi' }] }

function fault(wire: JsonObject): string | undefined {
  const error = caught(wire)
  const param = error?.facts.param
  return error?.type === 'invalid-request' && param !== undefined && error.message.includes(param)
    ? param
    : undefined
}

describe('check', () => {
  test.each(['model', 'max_tokens', 'messages'])(
    'A05 without %s the request is refused and the field named',
    (field) => {
      const { [field]: _, ...rest } = GOOD
      expect(fault(rest)).toBe(field)
      const error = new Map(Object.entries(anthropic.errors.encode(asGatewayError(caught(rest)), 'r1').body))
      expect(error.get('error')).toMatchObject({ type: 'invalid_request_error' })
    },
  )

  test.each([0, -1, 1.5, '9', true])('pitfall 186 max_tokens %s is refused', (limit) => {
    expect(fault({ ...GOOD, max_tokens: limit })).toBe('max_tokens')
  })

  test.each<[string, JsonObject]>([
    ['model', { model: '' }],
    ['messages', { messages: [] }],
    ['messages.0', { messages: ['Invalid content'] }],
    ['messages.0.role', { messages: [{ role: 'tool', content: 'x' }] }],
    ['messages.0.content', { messages: [{ role: 'user' }] }],
    ['messages.0.content.0', { messages: [{ role: 'user', content: ['x'] }] }],
    ['messages.0.content.0.text', { messages: [{ role: 'user', content: [{ type: 'text' }] }] }],
    [
      'messages.0.content.0.tool_use_id',
      { messages: [{ role: 'user', content: [{ type: 'tool_result' }] }] },
    ],
    ['stream', { stream: 'yes' }],
    ['temperature', { temperature: 'hot' }],
    ['tools', { tools: {} }],
    ['stop_sequences', { stop_sequences: 'x' }],
    ['system', { system: 7 }],
  ])('%s ill-typed is named', (param, change) => {
    expect(fault({ ...GOOD, ...change })).toBe(param)
  })

  test('unknown fields, nulls and system turns are accepted; streaming is off by default', () => {
    const messages = [
      { role: 'user', content: 'a' },
      { role: 'system', content: 'b' },
    ]
    const wire = { ...GOOD, messages, safeguards: [{ type: 'x' }], temperature: null, tools: null }
    expect(anthropic.chat.check(wire, 'chat')).toEqual({ model: 'm', stream: false, maxOutputTokens: 8 })
    expect(anthropic.chat.check({ ...GOOD, stream: true }, 'chat').stream).toBe(true)
  })
})

function caught(wire: JsonObject): GatewayError | undefined {
  try {
    anthropic.chat.check(wire, 'chat')
    return undefined
  } catch (thrown) {
    return asGatewayError(thrown)
  }
}
