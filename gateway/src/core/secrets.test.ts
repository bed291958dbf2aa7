import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isSealed, mayReturn, openState, scrub, seal, unseal } from './index.ts'

describe('scrub', () => {
  test.each([
    'Incorrect API key provided: sk-proj-abc123def456ghi789.',
    'Bearer eyJhbGciOi.payload.signature',
    'https://api.example.com/v1?key=AIzaSyA1234567890abcdef',
    'xai-0123456789abcdef',
    'http://10.0.0.5:8080/internal/path failed',
    'http://user:pa55word@host.example/x',
  ])('pitfall 182 takes the secret out of %j', (text) => {
    expect(scrub(text)).not.toMatch(/abc123|eyJhbG|AIzaSyA|0123456789|10\.0\.0\.5|pa55word/)
  })

  test('bounds the length', () => {
    expect(scrub('x'.repeat(10_000), 100)).toHaveLength(101)
  })
})

describe('seal', () => {
  test('opens to what was sealed, whatever it was', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.jsonValue({ noUnicodeString: false }),
        (issuer, value) => {
          const state = { issuer, value: JSON.parse(JSON.stringify(value)) }
          expect(unseal(seal(state))).toEqual(state)
        },
      ),
    )
  })

  test('foreign strings are not seals', () => {
    for (const text of ['', 'sluice1.', 'sluice1.!!!', 'sluice1.e30', 'ErUBCkYIBxgCKkA='])
      expect(unseal(text)).toBeUndefined()
  })

  test('state goes back to its issuer alone', () => {
    const sealed = openState(seal({ issuer: 'acme', value: 'x' }), 'anthropic')
    expect(mayReturn(sealed.issuer, 'acme', 'anthropic')).toBe(true)
    expect(mayReturn(sealed.issuer, 'other', 'anthropic')).toBe(false)
    const native = openState('raw', 'anthropic')
    expect(mayReturn(native.issuer, 'acme', 'anthropic')).toBe(true)
    expect(mayReturn(native.issuer, 'acme', 'ollama')).toBe(false)
  })

  test('is found deep inside a body', () => {
    expect(isSealed({ a: [{ b: seal({ issuer: 'x', value: 1 }) }] })).toBe(true)
    expect(isSealed({ a: ['sluice'] })).toBe(false)
  })
})
