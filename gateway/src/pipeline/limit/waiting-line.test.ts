import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { PRIORITIES, type Priority } from './priority.ts'
import { type Waiter, WaitingLine } from './waiting-line.ts'

interface Named extends Waiter {
  readonly name: string
}

const RULES = { size: 100, prioritization: true, ageingMs: 0 }
const anybody = () => true

const waiter = (name: string, priority: Priority = 'normal', caller = 'one', since = 0): Named => ({
  name,
  priority,
  caller,
  since,
})

function lineOf(waiters: readonly Named[], rules = RULES): WaitingLine<Named> {
  const line = new WaitingLine<Named>(rules)
  for (const one of waiters) line.join(one)
  return line
}

function served(line: WaitingLine<Named>, now = 0): string[] {
  const names: string[] = []
  for (let next = line.next(now, anybody); next !== undefined; next = line.next(now, anybody))
    names.push(next.name)
  return names
}

test('M32 the most urgent first, and in the order of arrival inside a class', () => {
  const line = lineOf([
    waiter('l', 'low'),
    waiter('n1'),
    waiter('c1', 'critical'),
    waiter('h', 'high'),
    waiter('n2'),
    waiter('c2', 'critical'),
  ])
  expect(served(line)).toEqual(['c1', 'c2', 'h', 'n1', 'n2', 'l'])
})

test('M33 without prioritization the order of arrival is the order, whoever comes', () => {
  const line = lineOf(
    [
      waiter('l', 'low'),
      waiter('c', 'critical', 'two'),
      waiter('n', 'normal', 'one'),
      waiter('h', 'high', 'two'),
    ],
    { ...RULES, prioritization: false },
  )
  expect(served(line)).toEqual(['l', 'c', 'n', 'h'])
})

test('M38 waiting lifts a request class by class', () => {
  const line = lineOf([waiter('low', 'low'), waiter('critical', 'critical', 'one', 89)], {
    ...RULES,
    ageingMs: 30,
  })
  expect(
    served(
      lineOf([waiter('low', 'low'), waiter('critical', 'critical', 'one', 89)], { ...RULES, ageingMs: 30 }),
      89,
    ),
  ).toEqual(['critical', 'low'])
  expect(served(line, 90)).toEqual(['low', 'critical'])
})

test('callers take turns, and a newcomer does not pass who has waited', () => {
  const line = lineOf([
    ...['a1', 'a2', 'a3'].map((name) => waiter(name, 'normal', 'a')),
    waiter('b1', 'normal', 'b'),
  ])
  expect([line.next(0, anybody)?.name, line.next(0, anybody)?.name]).toEqual(['a1', 'b1'])
  line.join(waiter('c1', 'normal', 'c'))
  line.join(waiter('c2', 'normal', 'c'))
  expect(served(line)).toEqual(['a2', 'c1', 'a3', 'c2'])
})

test('M37 who is not ready keeps nobody back', () => {
  const line = lineOf([waiter('first', 'critical'), waiter('second', 'low')])
  expect(line.next(0, ({ name }) => name === 'second')?.name).toBe('second')
  expect(line.next(0, () => false)).toBeUndefined()
  expect(line.length).toBe(1)
})

const anyWaiter = fc.record({
  priority: fc.constantFrom(...PRIORITIES),
  caller: fc.constantFrom('a', 'b', 'c'),
  since: fc.nat(1000),
})

test('everybody who joins comes out exactly once, or leaves', () => {
  fc.assert(
    fc.property(fc.array(anyWaiter, { maxLength: 60 }), fc.nat(3), (waiters, everyNth) => {
      const named = waiters.map((one, i) => ({ ...one, name: String(i) }))
      const line = lineOf(named, { ...RULES, ageingMs: 100 })
      const left = named.filter((_, i) => everyNth > 0 && i % everyNth === 0)
      for (const one of left) line.leave(one)
      const names = served(line, 1000)
      expect(new Set(names).size).toBe(names.length)
      expect(names.length + left.length).toBe(named.length)
      expect(line.length).toBe(0)
    }),
  )
})

test('the order of one caller inside one class never changes', () => {
  fc.assert(
    fc.property(fc.array(anyWaiter, { maxLength: 40 }), (waiters) => {
      const names = served(lineOf(waiters.map((one, i) => ({ ...one, name: String(i) }))))
      for (const caller of ['a', 'b', 'c']) {
        for (const priority of PRIORITIES) {
          const own = names
            .map(Number)
            .filter((i) => waiters[i]?.caller === caller && waiters[i].priority === priority)
          expect(own).toEqual(own.toSorted((a, b) => a - b))
        }
      }
    }),
  )
})
