/** What clients put into their history, and what it means. */

import { describe, expect, test } from 'vitest'
import { seal } from '#core'
import { decoded, throughRequest } from './fixture.contract.ts'

const say = (...content: object[]) =>
  decoded({ messages: [{ role: 'user', content: content as never }] }).messages

describe('messages of the wire', () => {
  test('A06 a system prompt of blocks stands first, each block a text of its own', () => {
    const system = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b', cache_control: { type: 'ephemeral' } },
    ]
    const request = decoded({ system, messages: [{ role: 'user', content: 'x' }] })
    expect(request.messages[0]).toEqual({
      role: 'system',
      parts: [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b', cache: {} },
      ],
    })
    expect(decoded({ system: 'a', messages: [] }).messages[0]).toEqual({
      role: 'system',
      parts: [{ type: 'text', text: 'a' }],
    })
  })

  test('A07 text, image, call and result become neutral parts in order', () => {
    const { messages } = decoded({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'look' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
          ],
        },
        { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'zoom', input: { by: 2 } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: 'done' }] },
      ],
    })
    expect(messages).toEqual([
      {
        role: 'user',
        parts: [
          { type: 'text', text: 'look' },
          {
            type: 'media',
            kind: 'image',
            source: { type: 'base64', mediaType: 'image/png', data: 'iVBORw0KGgo=' },
          },
        ],
      },
      { role: 'assistant', parts: [{ type: 'tool-call', id: 't1', name: 'zoom', arguments: '{"by":2}' }] },
      {
        role: 'tool',
        parts: [
          { type: 'tool-result', callId: 't1', name: 'zoom', content: [{ type: 'text', text: 'done' }] },
        ],
      },
    ])
  })

  test('A09 images by URL and as data are told apart', () => {
    const [message] = say(
      { type: 'image', source: { type: 'url', url: 'https://x/y.png' } },
      { type: 'image', source: { type: 'base64', media_type: 'image/gif', data: 'R0lGOD' } },
    )
    expect(message?.parts).toMatchObject([
      { source: { type: 'url', url: 'https://x/y.png' } },
      { source: { type: 'base64', mediaType: 'image/gif', data: 'R0lGOD' } },
    ])
  })

  test('A10 pitfall 28 text beside results follows them as words of the user', () => {
    const messages = say(
      { type: 'text', text: 'and?' },
      { type: 'tool_result', tool_use_id: 'a', content: 'r' },
    )
    expect(messages.map((message) => message.role)).toEqual(['tool', 'user'])
    expect(messages[1]?.parts).toEqual([{ type: 'text', text: 'and?' }])
  })

  test('A12 an error result is marked', () => {
    const [message] = say({ type: 'tool_result', tool_use_id: 'a', content: 'no', is_error: true })
    expect(message?.parts).toMatchObject([{ isError: true }])
  })

  test('pitfall 29 thinking that is hidden stays in its message', () => {
    const content = [
      { type: 'redacted_thinking', data: 'zz' },
      { type: 'tool_use', id: 't', name: 'f', input: {} },
    ]
    const { messages } = decoded({ messages: [{ role: 'assistant', content }] })
    expect(messages).toHaveLength(1)
    expect(messages[0]?.parts).toEqual([
      { type: 'reasoning', text: '', redacted: true, opaque: { issuer: 'dialect:anthropic', value: 'zz' } },
      { type: 'tool-call', id: 't', name: 'f', arguments: '{}' },
    ])
  })

  test('a sealed signature opens to its issuer, an empty one is none', () => {
    const signature = seal({ issuer: 'oa', value: ['rs_1', 'enc'] })
    const content = [
      { type: 'thinking', thinking: 'a', signature },
      { type: 'thinking', thinking: 'b', signature: '' },
    ]
    expect(decoded({ messages: [{ role: 'assistant', content }] }).messages[0]?.parts).toEqual([
      { type: 'reasoning', text: 'a', opaque: { issuer: 'oa', value: ['rs_1', 'enc'] } },
      { type: 'reasoning', text: 'b' },
    ])
  })

  test('a tool reference reads as text elsewhere and goes back as it came', () => {
    const block = { type: 'tool_reference', tool_name: 'WebFetch' }
    const wire = {
      model: 'm',
      max_tokens: 9,
      messages: [
        { role: 'user', content: 'x' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'ToolSearch', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: [block] }] },
      ],
    }
    expect(decoded(wire).messages[2]?.parts).toMatchObject([
      { content: [{ type: 'text', text: 'loaded: WebFetch' }] },
    ])
    expect(throughRequest(wire)['messages']).toEqual(wire.messages)
  })

  test('pitfall 215 blocks of server tools stay whole, in place', () => {
    const content = [
      { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'q' } },
      {
        type: 'web_search_tool_result',
        tool_use_id: 'srvtoolu_1',
        content: [{ type: 'web_search_result', encrypted_content: 'e' }],
      },
      {
        type: 'text',
        text: 'so',
        citations: [{ type: 'web_search_result_location', url: 'u', encrypted_index: 'i' }],
      },
    ]
    const messages = [
      { role: 'user', content: 'x' },
      { role: 'assistant', content },
      { role: 'user', content: 'y' },
    ]
    expect(throughRequest({ model: 'm', max_tokens: 9, messages })['messages']).toEqual(messages)
  })

  test('search results and documents made of blocks can be read by every dialect', () => {
    const [message] = say(
      { type: 'search_result', source: 's', title: 'T', content: [{ type: 'text', text: 'found' }] },
      { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'inside' }] } },
    )
    expect(message?.parts).toMatchObject([
      { type: 'media', kind: 'document', name: 'T', source: { type: 'text', text: 'found' } },
      { type: 'media', kind: 'document', source: { type: 'text', text: 'inside' } },
    ])
  })
})
