import * as fc from 'fast-check'
import { GatewayError } from '#core'
import { expect, test } from 'vitest'
import { Aliases, type AliasParts, type AliasTable } from './aliases.ts'

function aliasesOf(global: AliasTable, more: Partial<AliasParts> = {}) {
  const time = { ms: 0 }
  const aliases = new Aliases({
    global,
    own: new Map([['p', {}]]),
    known: new Set(),
    defaultProvider: 'p',
    substrings: true,
    maxChain: 10,
    cacheSize: 2,
    cacheMs: 1000,
    now: () => time.ms,
    ...more,
  })
  return { aliases, time }
}

test('H24 H22 what is wrong is told at the start', () => {
  const { aliases } = aliasesOf({ a: 'a', b: '', c: 'x@y', d: 'e', e: 'd' })
  expect(aliases.warnings).toHaveLength(5)
  expect(aliases.warnings.join('\n')).toMatch(/aliases\.a means itself/)
  expect(aliases.warnings.join('\n')).toMatch(/d → e → d is a circle/)
})

test('H26 what is wrong with an alias for all is told once', () => {
  const table = { a: 'a', b: 'c' }
  const { aliases } = aliasesOf(table, { defaults: table })
  expect(aliases.warnings).toHaveLength(1)
  expect(aliases.find('b', 'p')).toMatchObject({ provider: 'p', model: 'c' })
  expect(aliases.find('a', 'p')).toBeUndefined()
})

test('H26 what the type of a provider brings along is stronger than what is for all', () => {
  const whole = new Map([['p', { b: 'of-its-type' }]])
  const { aliases } = aliasesOf({}, { defaults: { b: 'c' }, whole })
  expect(aliases.find('b', 'p')).toMatchObject({ provider: 'p', model: 'of-its-type' })
})

test('H25 the second look is a hit, until its time is over, and little is remembered', () => {
  const { aliases, time } = aliasesOf({ haiku: 'p:small' })
  aliases.find('haiku')
  aliases.find('haiku')
  expect(aliases.statistics).toEqual({ hits: 1, misses: 1, size: 1 })
  time.ms = 1000
  aliases.find('haiku')
  expect(aliases.statistics.misses).toBe(2)
  for (const name of ['one', 'two', 'three']) aliases.find(name)
  expect(aliases.statistics.size).toBe(2)
})

const name = fc.constantFrom('a', 'b', 'c', 'd', 'p:a', 'p:b', 'q:c', 'x')

test('whatever the tables, a name ends somewhere or is refused', () => {
  fc.assert(
    fc.property(fc.dictionary(name, name), fc.dictionary(name, name), name, (global, own, asked) => {
      const { aliases } = aliasesOf(global, { own: new Map([['p', own]]) })
      let model: string | undefined
      try {
        model = aliases.find(asked)?.model ?? asked
      } catch (thrown) {
        model = thrown instanceof GatewayError ? thrown.message : undefined
      }
      expect(model).toMatch(/./)
    }),
  )
})
