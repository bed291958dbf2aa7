import { expect, test } from 'vitest'
import type { JsonObject } from '#core'
import { needsOf } from './needs.ts'

const said = (part: JsonObject): JsonObject => ({ messages: [{ role: 'user', content: [part] }] })
const NOTHING = { vision: false, tools: false }

test('a body of text alone needs nothing', () => {
  expect(needsOf({ messages: [{ role: 'user', content: 'image_url' }], tools: [] })).toEqual(NOTHING)
  expect(needsOf({ prompt: 'a picture' })).toEqual(NOTHING)
  expect(needsOf({ messages: 7, tools: 'x' })).toEqual(NOTHING)
})

test('a picture is one wherever it stands', () => {
  const url = { type: 'image_url', image_url: { url: 'https://example.test/a.png' } }
  const bodies: JsonObject[] = [
    said(url),
    said({ type: 'image', source: {} }),
    said({ type: 'tool_result', content: [{ type: 'image' }] }),
    { input: [{ role: 'user', content: [{ type: 'input_image' }] }] },
    { input: [{ type: 'function_call_output', output: [{ type: 'input_image' }] }] },
    { contents: [{ parts: [{ inline_data: { mime_type: 'image/png' } }] }] },
    { messages: [{ role: 'user', content: 'See.', images: ['AAAA'] }] },
    { prompt: 'See.', images: ['AAAA'] },
    said({ image: { format: 'png' } }),
  ]
  for (const wire of bodies) expect([wire, needsOf(wire)]).toEqual([wire, { vision: true, tools: false }])
})

test('a document is none, whatever the part is called', () => {
  expect(needsOf(said({ type: 'image_url', image_url: { url: 'data:application/pdf;base64,AA' } }))).toEqual(
    NOTHING,
  )
  expect(needsOf({ contents: [{ parts: [{ inlineData: { mimeType: 'application/pdf' } }] }] })).toEqual(
    NOTHING,
  )
})

test('tools under each of their names', () => {
  const bodies: JsonObject[] = [{ tools: [{}] }, { functions: [{}] }, { toolConfig: { tools: [{}] } }]
  for (const wire of bodies) expect(needsOf(wire)).toEqual({ vision: false, tools: true })
})
