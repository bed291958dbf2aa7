/** Turns, results and instructions, as this dialect insists on them. */

import { expect, test } from 'vitest'
import type { JsonObject, Message, Note, ToolResultPart } from '#core'
import {
  assistant,
  calls,
  decoded,
  results,
  sent,
  sentContents,
  throughRequest,
  user,
} from './fixture.contract.ts'

const system = (text: string): Message => ({ role: 'system', parts: [{ type: 'text', text }] })

function resultTurn(part: Partial<ToolResultPart>): Message[] {
  const result: ToolResultPart = { type: 'tool-result', callId: 'c1', content: [], ...part }
  return [user('q'), calls('c1'), { role: 'tool', parts: [result] }]
}

function responseOf(part: Partial<ToolResultPart>, traits = {}): unknown {
  const contents = sentContents(resultTurn(part), traits) as readonly JsonObject[] // as turns are written
  return contents.at(-1)?.['parts']
}

test('pitfall 66 all leading instructions become the system instruction, in order', () => {
  expect(sent({ messages: [system('A'), system('B'), user('hi')] })).toEqual({
    systemInstruction: { parts: [{ text: 'A' }, { text: 'B' }] },
    contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
  })
})

test('pitfall 70 a later instruction is never the model speaking and is not lost', () => {
  expect(sentContents([user('a'), assistant('b'), system('C')])).toEqual([
    { role: 'user', parts: [{ text: 'a' }] },
    { role: 'model', parts: [{ text: 'b' }] },
    { role: 'user', parts: [{ text: '<system>\nC\n</system>' }] },
  ])
})

test('turns alternate and begin with the user', () => {
  expect(sentContents([assistant('a'), assistant('b'), user('c'), user('d')])).toEqual([
    { role: 'user', parts: [{ text: '(The conversation begins here.)' }] },
    { role: 'model', parts: [{ text: 'a' }, { text: 'b' }] },
    { role: 'user', parts: [{ text: 'c' }, { text: 'd' }] },
  ])
})

test('pitfall 17 two calls of one function stay two, without ids too', () => {
  const wire = {
    contents: [
      { role: 'user', parts: [{ text: 'q' }] },
      {
        role: 'model',
        parts: [
          { functionCall: { name: 's', args: { q: 1 } } },
          { functionCall: { name: 's', args: { q: 2 } } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { name: 's', response: { result: 'one' } } },
          { functionResponse: { name: 's', response: { result: 'two' } } },
        ],
      },
    ],
  }
  const [, model, tool] = decoded(wire).messages
  const ids = model?.parts.map((part) => (part.type === 'tool-call' ? part.id : ''))
  expect(new Set(ids).size).toBe(2)
  expect(tool?.parts).toMatchObject([
    { callId: ids?.[0], content: [{ text: 'one' }] },
    { callId: ids?.[1], content: [{ text: 'two' }] },
  ])
  expect(throughRequest(wire)).toEqual(wire)
})

test('pitfall 53 as many results as calls, in one turn, in the order of the calls', () => {
  const notes: Note[] = []
  const contents = sentContents(
    [user('q'), calls('a', 'b', 'c'), results('c', 'a'), user('go on')],
    {},
    notes,
  )
  expect(contents).toMatchObject([
    {},
    { role: 'model' },
    {
      role: 'user',
      parts: [
        { functionResponse: { id: 'a', response: { result: 'of a' } } },
        { functionResponse: { id: 'b', response: { error: 'No result of this call was recorded.' } } },
        { functionResponse: { id: 'c', response: { result: 'of c' } } },
        { text: 'go on' },
      ],
    },
  ])
  expect(notes).toMatchObject([{ kind: 'changed', field: 'functionCall' }])
})

test('pitfall 53 results that came in two messages stand in one turn', () => {
  const contents = sentContents([user('q'), calls('a', 'b'), results('a'), results('b')])
  expect(contents).toHaveLength(3)
  expect(contents).toMatchObject([
    {},
    {},
    { parts: [{ functionResponse: { id: 'a' } }, { functionResponse: { id: 'b' } }] },
  ])
})

test('pitfall 52 a result bears the name of its function', () => {
  expect(responseOf({ content: [{ type: 'text', text: 'x' }] })).toMatchObject([
    { functionResponse: { name: 'f' } },
  ])
})

test('a result without its call becomes the words of the user', () => {
  const notes: Note[] = []
  expect(sentContents([user('q'), results('z')], {}, notes)).toEqual([
    { role: 'user', parts: [{ text: 'q' }, { text: 'Result of the tool call (z):' }, { text: 'of z' }] },
  ])
  expect(notes).toMatchObject([{ kind: 'changed', field: 'functionResponse' }])
})

const responded = (text: string, isError = false) =>
  responseOf({ content: [{ type: 'text', text }], ...(isError ? { isError } : {}) })

test('pitfall 50 a response is an object', () => {
  expect(responded('42')).toMatchObject([{ functionResponse: { response: { result: '42' } } }])
  expect(responded('[1]')).toMatchObject([{ functionResponse: { response: { result: [1] } } }])
  expect(responded('{"a":1}')).toMatchObject([{ functionResponse: { response: { a: 1 } } }])
  expect(responded('{"a":')).toMatchObject([{ functionResponse: { response: { result: '{"a":' } } }])
  expect(responded('no such file', true)).toMatchObject([
    { functionResponse: { response: { error: 'no such file' } } },
  ])
})

test('responses of any spelling go back as they came', () => {
  for (const response of [
    { output: 'x' },
    { result: 7 },
    { result: '[1]' },
    { a: 1, b: null },
    {},
    { error: { code: 3 } },
  ]) {
    const wire = {
      contents: [
        { role: 'user', parts: [{ text: 'q' }] },
        { role: 'model', parts: [{ functionCall: { id: 'c', name: 'f' } }] },
        {
          role: 'user',
          parts: [{ functionResponse: { id: 'c', name: 'f', response, scheduling: 'SILENT' } }],
        },
      ],
    }
    expect(throughRequest(wire)).toEqual(wire)
  }
  expect(decodedResult({ error: 'bad' })).toMatchObject({ isError: true, content: [{ text: 'bad' }] })
})

function decodedResult(response: JsonObject): unknown {
  return decoded({
    contents: [
      { role: 'model', parts: [{ functionCall: { name: 'f' } }] },
      { role: 'function', parts: [{ functionResponse: { name: 'f', response } }] },
    ],
  }).messages[1]?.parts[0]
}

test('pitfall 49 media of a result stand beside it, or inside where the target takes them', () => {
  const media = {
    type: 'media',
    kind: 'image',
    source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' },
  } as const
  const content = [{ type: 'text', text: 'seen' }, media] as const
  const inlineData = { mimeType: 'image/png', data: 'AAAA' }
  expect(responseOf({ content })).toEqual([
    { functionResponse: { id: 'c1', name: 'f', response: { result: 'seen' } } },
    { inlineData },
  ])
  expect(responseOf({ content }, { resultMedia: true })).toEqual([
    { functionResponse: { id: 'c1', name: 'f', response: { result: 'seen' }, parts: [{ inlineData }] } },
  ])
})

test('where ids are not taken, none are written', () => {
  expect(sentContents([user('q'), calls('a'), results('a')], { callIds: false })).toMatchObject([
    {},
    { parts: [{ functionCall: { name: 'f', args: {} } }] },
    { parts: [{ functionResponse: { name: 'f' } }] },
  ])
  expect(
    JSON.stringify(sentContents([user('q'), calls('a'), results('a')], { callIds: false })),
  ).not.toContain('"id"')
})

test('pitfall 63 files are inline data, addresses file data', () => {
  const parts = [
    {
      type: 'media',
      kind: 'document',
      source: { type: 'base64', mediaType: 'application/pdf', data: 'JVBERi0=' },
    },
    { type: 'media', kind: 'image', source: { type: 'url', url: 'https://example.com/a.webp' } },
    { type: 'media', kind: 'video', source: { type: 'url', url: 'gs://b/o' } },
    { type: 'media', kind: 'audio', source: { type: 'base64', mediaType: 'audio/mpeg', data: 'AA' } },
  ] as const
  expect(sentContents([{ role: 'user', parts }])).toEqual([
    {
      role: 'user',
      parts: [
        { inlineData: { mimeType: 'application/pdf', data: 'JVBERi0=' } },
        { fileData: { mimeType: 'image/webp', fileUri: 'https://example.com/a.webp' } },
        { fileData: { mimeType: 'video/mp4', fileUri: 'gs://b/o' } },
        { inlineData: { mimeType: 'audio/mpeg', data: 'AA' } },
      ],
    },
  ])
})

test('a file known only to another provider is refused, not lost', () => {
  const source = { type: 'file-id', id: 'file-1' } as const
  expect(() =>
    sentContents([{ role: 'user', parts: [{ type: 'media', kind: 'document', source }] }]),
  ).toThrow('file id')
})

test('pitfall 220 code that ran at the provider is kept for this dialect and dropped with a note for others', () => {
  const parts = [
    { executableCode: { language: 'PYTHON', code: '1+1' }, thoughtSignature: 'c2ln' },
    { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '2' } },
    { text: 'two' },
  ]
  const wire = {
    contents: [
      { role: 'user', parts: [{ text: 'q' }] },
      { role: 'model', parts },
    ],
  }
  expect(throughRequest(wire)).toEqual(wire)
  const notes: Note[] = []
  const foreign = { type: 'native', dialect: 'anthropic', value: { type: 'server_tool_use' } } as const
  sentContents([user('q'), { role: 'assistant', parts: [foreign, { type: 'text', text: 'a' }] }], {}, notes)
  expect(notes).toMatchObject([{ kind: 'dropped', field: 'parts' }])
})
