import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '#core'
import { splice } from './splice.ts'

function spliced(text: string, fields: Record<string, unknown>): string {
  const wire = JSON.parse(text) as JsonObject // the tests write objects only
  const body = Buffer.from(text).toString('latin1')
  return Buffer.from(splice(body, wire, fields), 'latin1').toString()
}

describe('splice', () => {
  test('changes the value and no other byte', () => {
    expect(spliced('{ "a" : 1.0, "model":\t"x" ,"b":[1, 2]}\n', { model: 'y' })).toBe(
      '{ "a" : 1.0, "model":\t"y" ,"b":[1, 2]}\n',
    )
  })

  test('leaves a key of the same name further down alone', () => {
    const text = '{"messages":[{"model":"inner","content":"say \\"model\\": \\\\"}],"model":"outer"}'
    expect(spliced(text, { model: 'new' })).toBe(text.replace('"outer"', '"new"'))
  })

  test('a key given twice is changed twice, since parsers take the last', () => {
    expect(spliced('{"model":"a","model":"b"}', { model: 'c' })).toBe('{"model":"c","model":"c"}')
  })

  test('a key written with escapes is the same key', () => {
    expect(JSON.parse(spliced('{"\\u006dodel":"a"}', { model: 'b' }))).toEqual({ model: 'b' })
  })

  test('a key hidden behind escapes does not lead to another of the same name', () => {
    const text = '{"messages":[{"model":"inner"}],"\\u006dodel":"outer"}'
    expect(JSON.parse(spliced(text, { model: 'new' }))).toEqual({
      messages: [{ model: 'inner' }],
      model: 'new',
    })
  })

  test('a value that reads like the key is not the key', () => {
    expect(spliced('{"a":"model" , "model" : "x"}', { model: 'y' })).toBe('{"a":"model" , "model" : "y"}')
  })

  test('a missing field is added', () => {
    expect(spliced('{"a":1}', { model: 'm' })).toBe('{"model":"m","a":1}')
    expect(spliced('{ }', { model: 'm' })).toBe('{"model":"m" }')
  })

  test('holds for any object', () => {
    const body = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ noUnicodeString: false }))
    fc.assert(
      fc.property(body, fc.constantFrom(undefined, 1, 3), (object, indent) => {
        const text = JSON.stringify({ ...object, model: 'old' }, null, indent)
        const want = { ...(JSON.parse(text) as object), model: 'näw "1"', max: { n: [1] } }
        expect(JSON.parse(spliced(text, { model: 'näw "1"', max: { n: [1] } }))).toEqual(want)
      }),
    )
  })
})

test.each([
  ['{"model":"m","a":1}', '{"a":1}'],
  ['{"a":1,"model":"m"}', '{"a":1}'],
  ['{"a":1, "model" : "m" , "b":2}', '{"a":1, "b":2}'],
  ['{"a":1,"model":"m" }', '{"a":1 }'],
  ['{"model":"m"}', '{}'],
  ['{"model":"m","model":"n","a":"model"}', '{"a":"model"}'],
  ['{"a":{"model":"in"},"model":"m"}', '{"a":{"model":"in"}}'],
])('a field that is to be lacking is taken out of %s', (body, want) => {
  expect(splice(body, JSON.parse(body), { model: undefined })).toBe(want)
})
