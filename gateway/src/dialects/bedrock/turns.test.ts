import { describe, expect, test } from 'vitest'
import type { Message, Note } from '#core'
import {
  assistant,
  calls,
  CLAUDE,
  decoded,
  results,
  sent,
  sentMessages,
  throughRequest,
  user,
} from './fixture.contract.ts'

const said = (text: string) => ({ text })

describe('turns', () => {
  test('pitfall 36 neighbours of one role become one turn', () => {
    expect(sentMessages([user('a'), user('b')])).toEqual([{ role: 'user', content: [said('a'), said('b')] }])
  })

  test('pitfall 37 the user begins', () => {
    expect(sentMessages([assistant('a'), user('b')])).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: [said('a')] },
      { role: 'user', content: [said('b')] },
    ])
  })

  test('later instructions keep their place as marked words of the user', () => {
    const later: Message = { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] }
    expect(sentMessages([user('a'), assistant('b'), later, user('c')])).toMatchObject([
      {},
      {},
      { role: 'user', content: [said('<system>\nBe brief.\n</system>'), said('c')] },
    ])
    expect(decoded({ messages: [{ role: 'system', content: [said('Now.')] }] }).messages).toEqual([
      { role: 'system', parts: [{ type: 'text', text: 'Now.' }] },
    ])
  })

  test('a conversation of instructions alone is asked as the user, and an empty one is refused', () => {
    const system: Message = { role: 'system', parts: [{ type: 'text', text: 'Say hi.' }] }
    expect(sent({ messages: [system] })).toEqual({ messages: [{ role: 'user', content: [said('Say hi.')] }] })
    expect(() => sent({ messages: [user(' ')] })).toThrow(/at least one message/)
  })

  test('results stand first in the next turn, and a call without one gets one', () => {
    const notes: Note[] = []
    const turns = sentMessages([user('a'), calls('c1', 'c2'), results('c2'), user('and?')], { notes })
    expect(turns).toMatchObject([
      {},
      { content: [{ toolUse: { toolUseId: 'c1', name: 'f', input: {} } }, { toolUse: { toolUseId: 'c2' } }] },
      {
        role: 'user',
        content: [
          { toolResult: { toolUseId: 'c1', status: 'error' } },
          { toolResult: { toolUseId: 'c2', content: [said('of c2')] } },
          said('and?'),
        ],
      },
    ])
    expect(notes.map(({ field }) => field)).toContain('messages')
  })

  test('pitfall 33 ids are made legal, short and unique, with Claude more strictly', () => {
    const long = `call_${'x'.repeat(80)}`
    const history = [user('a'), calls('functions.f:0', long), results('functions.f:0', long)]
    const idsFor = (model: string) => {
      const text = JSON.stringify(sentMessages(history, { model }))
      return [...text.matchAll(/"toolUseId":"([^"]+)"/g)].map(([, id = '']) => id)
    }
    const [first, second = '', ...again] = idsFor(CLAUDE)
    expect(first).toBe('functions_f_0')
    expect(second).toMatch(/^[\w-]{1,64}$/)
    expect(again).toEqual([first, second])
    expect(idsFor('moonshot.kimi-k2')[0]).toBe('functions.f:0')
    const twice = [user('a'), calls('c'), results('c'), user('b'), calls('c'), results('c')]
    expect(JSON.stringify(sentMessages(twice))).toContain('"toolUseId":"c_2"')
  })

  test('pitfall 41 an empty result is no content, and blank text is left out', () => {
    const empty: Message = { role: 'tool', parts: [{ type: 'tool-result', callId: 'c', content: [] }] }
    expect(sentMessages([user('a'), calls('c'), empty])).toMatchObject([
      {},
      {},
      { content: [{ toolResult: { content: [] } }] },
    ])
    expect(
      sentMessages([
        {
          role: 'user',
          parts: [
            { type: 'text', text: '\n' },
            { type: 'text', text: 'x' },
          ],
        },
      ]),
    ).toEqual([{ role: 'user', content: [said('x')] }])
  })

  test('pitfall 51 a result that is no object is text; an object of the client stays JSON', () => {
    const list: Message = {
      role: 'tool',
      parts: [{ type: 'tool-result', callId: 'c', content: [{ type: 'text', text: '[1,2]' }] }],
    }
    expect(sentMessages([user('a'), calls('c'), list])).toMatchObject([
      {},
      {},
      { content: [{ toolResult: { content: [said('[1,2]')] } }] },
    ])
    const content = [{ json: { a: 1 } }]
    const messages = [
      { role: 'user', content: [said('a')] },
      { role: 'assistant', content: [{ toolUse: { toolUseId: 'c', name: 'f', input: {} } }] },
      { role: 'user', content: [{ toolResult: { toolUseId: 'c', content } }] },
    ]
    expect(decoded({ messages }).messages.at(-1)?.parts).toMatchObject([
      { content: [{ type: 'text', text: '{"a":1}' }] },
    ])
    expect(throughRequest({ messages })['messages']).toEqual(messages)
  })

  test('pitfall 54 a failed tool has status error, both ways', () => {
    const failed: Message = {
      role: 'tool',
      parts: [{ type: 'tool-result', callId: 'c', content: [{ type: 'text', text: 'no' }], isError: true }],
    }
    const messages = sentMessages([user('a'), calls('c'), failed])
    expect(messages).toMatchObject([{}, {}, { content: [{ toolResult: { status: 'error' } }] }])
    expect(decoded({ messages: messages ?? null }).messages.at(-1)?.parts).toMatchObject([
      { isError: true, name: 'f' },
    ])
  })

  test('a last turn of the assistant is trimmed, or followed by a request where it is refused', () => {
    expect(sentMessages([user('a'), assistant('b ')])).toMatchObject([{}, { content: [said('b')] }])
    expect(sentMessages([user('a'), assistant('b')], { traits: { noPrefill: true } })).toMatchObject([
      {},
      {},
      { role: 'user' },
    ])
  })
})

describe('cache points', () => {
  const cache = {}

  test('pitfall 73 pitfall 142 a mark is a point after its block, with its ttl', () => {
    const request = {
      messages: [
        { role: 'system', parts: [{ type: 'text', text: 'S', cache: { ttl: '1h' } }] } as const,
        { role: 'user', parts: [{ type: 'text', text: 'U', cache }] } as const,
      ],
      tools: [{ type: 'function', name: 'f', cache } as const],
    }
    const body = sent(request)
    const point = { cachePoint: { type: 'default' } }
    expect(body).toMatchObject({
      system: [said('S'), { cachePoint: { type: 'default', ttl: '1h' } }],
      messages: [{ content: [said('U'), point] }],
      toolConfig: { tools: [{ toolSpec: { name: 'f' } }, point] },
    })
    expect(decoded(body)).toMatchObject({
      messages: [{ parts: [{ text: 'S', cache: { ttl: '1h' } }] }, { parts: [{ text: 'U', cache: {} }] }],
      tools: [{ name: 'f', cache: {} }],
    })
  })

  test('pitfall 140 a mark on a result stands right after it', () => {
    const marked: Message = {
      role: 'tool',
      parts: [{ type: 'tool-result', callId: 'c', content: [{ type: 'text', text: 'x' }], cache }],
    }
    const messages = sentMessages([user('a'), calls('c'), marked, user('b')])
    expect(messages).toMatchObject([{}, {}, { content: [{ toolResult: {} }, { cachePoint: {} }, said('b')] }])
    expect(throughRequest({ messages: messages ?? null })['messages']).toEqual(messages)
  })

  test('at most four go out, and none to models without a cache', () => {
    const parts = [1, 2, 3, 4, 5, 6].map((n) => ({ type: 'text', text: `t${n}`, cache }) as const)
    const points = (model: string, notes: Note[]) =>
      JSON.stringify(sentMessages([{ role: 'user', parts }], { model, notes })).split('cachePoint').length - 1
    const notes: Note[] = []
    expect([points(CLAUDE, notes), notes.length]).toEqual([4, 2])
    expect(points('meta.llama3-70b-instruct-v1:0', notes)).toBe(0)
  })
})
