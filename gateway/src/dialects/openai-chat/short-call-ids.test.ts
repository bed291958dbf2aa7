import { expect, test } from 'vitest'
import type { Message } from '#core'
import { withShortCallIds } from './short-call-ids.ts'

const talk = (...ids: string[]): Message[] => [
  { role: 'assistant', parts: ids.map((id) => ({ type: 'tool-call', id, name: 'f', arguments: '{}' })) },
  { role: 'tool', parts: ids.map((callId) => ({ type: 'tool-result', callId, content: [] })) },
]

function idsIn(messages: readonly Message[]): { calls: string[]; results: string[] } {
  const calls = messages.flatMap((message) =>
    message.role === 'assistant'
      ? message.parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : []))
      : [],
  )
  const results = messages.flatMap((message) =>
    message.role === 'tool' ? message.parts.map((part) => part.callId) : [],
  )
  return { calls, results }
}

test('pitfall 33 calls and results get the same nine characters, and the same ones each time', () => {
  const { calls, results } = idsIn(withShortCallIds(talk('call_0fypS1hVX', 'toolu_01', '')))
  expect(results).toEqual(calls)
  for (const id of calls) expect(id).toMatch(/^[A-Za-z0-9]{9}$/)
  expect(new Set(calls).size).toBe(3)
  expect(idsIn(withShortCallIds(talk('call_0fypS1hVX'))).calls).toEqual(calls.slice(0, 1))
})

test('an id that fits stays as it is', () => {
  expect(idsIn(withShortCallIds(talk('D681PevKs'))).calls).toEqual(['D681PevKs'])
})

test('an id that another one was given already becomes a third', () => {
  const [taken = ''] = idsIn(withShortCallIds(talk('call_a'))).calls
  const { calls } = idsIn(withShortCallIds(talk('call_a', taken)))
  expect(calls[0]).toBe(taken)
  expect(calls[1]).not.toBe(taken)
  expect(calls[1]).toMatch(/^[A-Za-z0-9]{9}$/)
})

test('ten thousand ids stay apart', () => {
  const ids = Array.from({ length: 10_000 }, (_, i) => `call_${i}`)
  expect(new Set(idsIn(withShortCallIds(talk(...ids))).calls).size).toBe(ids.length)
})
