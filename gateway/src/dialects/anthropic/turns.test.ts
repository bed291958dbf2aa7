/** Turns alternate, results pair with calls, nothing a tool said is lost. */

import { describe, expect, test } from 'vitest'
import type { Message, Note } from '#core'
import { assistant, calls, results, sent, sentMessages, user } from './fixture.contract.ts'

const CALL = (id: string) => ({ type: 'tool_use', id, name: 'f', input: {} })
const RESULT = (id: string, of = id) => ({ type: 'tool_result', tool_use_id: id, content: `of ${of}` })
const TEXT = (text: string) => ({ type: 'text', text })
const system = (text: string): Message => ({ role: 'system', parts: [{ type: 'text', text }] })

describe('tool rounds', () => {
  test('pitfall 26 results of one round make one user turn, in call order, words after them', () => {
    const messages = [user('x'), calls('a', 'b'), results('b'), results('a'), user('go')]
    expect(sentMessages(messages)).toEqual([
      { role: 'user', content: 'x' },
      { role: 'assistant', content: [CALL('a'), CALL('b')] },
      { role: 'user', content: [RESULT('a'), RESULT('b'), TEXT('go')] },
    ])
  })

  test('pitfall 27 results lead even when words came first', () => {
    const out = sentMessages([user('x'), calls('a'), user('hm'), results('a')])
    expect(out).toMatchObject([{}, {}, { content: [RESULT('a'), TEXT('hm')] }])
  })

  test('pitfall 30 a call without a result gets one that says so', () => {
    const notes: Note[] = []
    const out = sentMessages(
      [user('x'), calls('a', 'b'), results('a'), assistant('ok'), user('y')],
      {},
      notes,
    )
    expect(out).toMatchObject([
      {},
      {},
      { content: [RESULT('a'), { tool_use_id: 'b', is_error: true }] },
      {},
      {},
    ])
    expect(notes).toMatchObject([{ field: 'tool_use', kind: 'changed' }])
  })

  test('A11 pitfall 31 a result without a call reaches the model as words of the user', () => {
    const out = sentMessages([user('x'), assistant('y'), results('lost')])
    expect(JSON.stringify(out)).not.toContain('tool_result')
    expect(out).toMatchObject([{}, {}, { role: 'user', content: [{ type: 'text' }, TEXT('of lost')] }])
    const bare = sentMessages([{ role: 'tool', parts: [{ type: 'tool-result', callId: 'z', content: [] }] }])
    expect(bare).toMatchObject([{ role: 'user', content: expect.stringContaining('z') }])
  })

  test('pitfall 32 a result without an id answers the open call', () => {
    const anonymous: Message = {
      role: 'tool',
      parts: [{ type: 'tool-result', callId: '', content: [{ type: 'text', text: 'r' }] }],
    }
    expect(sentMessages([user('x'), calls('a'), anonymous])).toMatchObject([
      {},
      {},
      { content: [{ tool_use_id: 'a' }] },
    ])
  })

  test('pitfall 33 ids are made legal, call and result alike, the same way every time', () => {
    const messages = [user('x'), calls('a.b', 'a_b'), results('a.b', 'a_b')]
    const out = sentMessages(messages)
    expect(out).toMatchObject([
      {},
      { content: [{ id: 'a_b' }, { id: 'a_b_2' }] },
      { content: [RESULT('a_b', 'a.b'), RESULT('a_b_2', 'a_b')] },
    ])
    expect(sentMessages(messages)).toEqual(out)
  })

  test('pitfall 34 ids that start anew each turn pair within their turn', () => {
    const again: Message = {
      role: 'tool',
      parts: [{ type: 'tool-result', callId: 'c', content: [{ type: 'text', text: '2nd' }] }],
    }
    const out = sentMessages([user('x'), calls('c'), results('c'), calls('c'), again])
    expect(out).toMatchObject([
      {},
      { content: [{ id: 'c' }] },
      { content: [{ tool_use_id: 'c', content: 'of c' }] },
      { content: [{ id: 'c_2' }] },
      { content: [{ tool_use_id: 'c_2', content: '2nd' }] },
    ])
  })

  test('pitfall 41 an empty result stays empty', () => {
    const empty: Message = {
      role: 'tool',
      parts: [{ type: 'tool-result', callId: 'a', content: [{ type: 'text', text: '' }] }],
    }
    expect(sentMessages([user('x'), calls('a'), empty])).toMatchObject([
      {},
      {},
      { content: [{ type: 'tool_result', tool_use_id: 'a' }] },
    ])
  })

  test('pitfall 47 images stay inside the result', () => {
    const shot: Message = {
      role: 'tool',
      parts: [
        {
          type: 'tool-result',
          callId: 'a',
          content: [
            { type: 'text', text: 'ok' },
            { type: 'media', kind: 'image', source: { type: 'url', url: 'https://x/y.png' } },
          ],
        },
      ],
    }
    expect(sentMessages([user('x'), calls('a'), shot])).toMatchObject([
      {},
      {},
      { content: [{ content: [TEXT('ok'), { type: 'image', source: { type: 'url' } }] }] },
    ])
  })

  test('pitfall 143 a longer history repeats the shorter one byte for byte', () => {
    const short = [user('x'), calls('a.1'), results('a.1'), calls('a.1'), results('a.1')]
    const long = [...short, assistant('done'), user('more')]
    const [a, b] = [JSON.stringify(sentMessages(short)), JSON.stringify(sentMessages(long))]
    expect(b.startsWith(a.slice(0, -1))).toBe(true)
  })
})

describe('turns', () => {
  test('pitfall 36 neighbours of one role become one turn', () => {
    expect(sentMessages([user('a'), user('b')])).toEqual([{ role: 'user', content: [TEXT('a'), TEXT('b')] }])
  })

  test('pitfall 37 a conversation the assistant begins gets a user turn before it', () => {
    expect(sentMessages([assistant('a'), user('b')])).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: 'a' },
      {},
    ])
  })

  test('pitfall 38 pitfall 39 text that shows nothing is left out beside a call', () => {
    const message: Message = {
      role: 'assistant',
      parts: [
        { type: 'text', text: '\n' },
        { type: 'text', text: '' },
        { type: 'tool-call', id: 'a', name: 'f', arguments: '' },
      ],
    }
    expect(sentMessages([user('x'), message, results('a')])).toMatchObject([{}, { content: [CALL('a')] }, {}])
    expect(sentMessages([user(' kept '), assistant('y'), user('z')])).toMatchObject([
      { content: ' kept ' },
      {},
      {},
    ])
  })

  test('pitfall 40 a message of nothing disappears and its neighbours join', () => {
    expect(sentMessages([user('a'), assistant(''), user('b')])).toEqual([
      { role: 'user', content: [TEXT('a'), TEXT('b')] },
    ])
    expect(() => sentMessages([user(' ')])).toThrow('messages')
  })

  test('pitfall 42 the last words of a prefill lose their trailing blanks, earlier ones do not', () => {
    expect(sentMessages([user('a'), assistant('b '), user('c'), assistant('Answer: ')])).toMatchObject([
      {},
      { content: 'b ' },
      {},
      { content: 'Answer:' },
    ])
  })

  test('pitfall 43 where prefill is refused, the model is asked to go on', () => {
    const notes: Note[] = []
    const out = sentMessages([user('a'), assistant('b')], { noPrefill: true }, notes)
    expect(out).toMatchObject([{}, { role: 'assistant' }, { role: 'user' }])
    expect(notes).toHaveLength(1)
  })
})

describe('system turns', () => {
  test('pitfall 66 all leading ones are lifted, in order', () => {
    expect(sent({ messages: [system('A'), system('B'), user('x')] })).toMatchObject({
      system: [TEXT('A'), TEXT('B')],
      messages: [{ role: 'user', content: 'x' }],
    })
  })

  test('pitfall 67 a later one keeps its place, wrapped where it must be', () => {
    const messages = [system('A'), user('x'), assistant('y'), system('B'), user('z')]
    expect(sent({ messages })).toMatchObject({
      system: [TEXT('A')],
      messages: [{}, {}, { role: 'user', content: [TEXT('<system>\nB\n</system>'), TEXT('z')] }],
    })
    expect(sent({ messages }, { midSystem: true })['messages']).toMatchObject([
      {},
      {},
      { role: 'system', content: 'B' },
      { role: 'user', content: 'z' },
    ])
  })

  test('pitfall 68 one between a call and its result goes after the result', () => {
    const messages = [user('x'), calls('a'), system('S'), results('a')]
    expect(sentMessages(messages)).toMatchObject([
      {},
      {},
      { content: [RESULT('a'), TEXT('<system>\nS\n</system>')] },
    ])
    expect(sentMessages(messages, { midSystem: true })).toMatchObject([
      {},
      {},
      { role: 'user', content: [RESULT('a')] },
      { role: 'system', content: 'S' },
    ])
  })

  test('pitfall 71 instructions alone are asked as words of the user', () => {
    const body = sent({ messages: [system('hi')] })
    expect(body['messages']).toEqual([{ role: 'user', content: [TEXT('hi')] }])
    expect(body['system']).toBeUndefined()
  })

  test('pitfall 73 marks on system blocks stay', () => {
    const marked: Message = { role: 'system', parts: [{ type: 'text', text: 'A', cache: { ttl: '1h' } }] }
    expect(sent({ messages: [marked, user('x')] })['system']).toEqual([
      { type: 'text', text: 'A', cache_control: { type: 'ephemeral', ttl: '1h' } },
    ])
  })
})
