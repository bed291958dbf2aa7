import { describe, expect, test } from 'vitest'

import { FIGURES, readOptions } from './options.ts'

describe('readOptions', () => {
  test('by default everything but the soak', () => {
    expect(readOptions([])).toMatchObject({ quick: false, check: false, figures: FIGURES, soakMinutes: 0 })
    expect(readOptions([])).not.toHaveProperty('build')
  })

  test('reads each option', () => {
    const options = readOptions([
      '--quick',
      '--dist',
      '--only=stream,start',
      '--soak',
      '--gateway=/elsewhere',
    ])
    expect(options).toMatchObject({
      quick: true,
      build: 'dist',
      figures: ['stream', 'start'],
      gateway: '/elsewhere',
    })
    expect(options.soakMinutes).toBe(10)
    expect(readOptions(['--soak=2']).soakMinutes).toBe(2)
  })

  test.each([[['--dist', '--source']], [['--only=speed']], [['--soak=ages']], [['--fast']]])(
    'refuses %j',
    (args) => {
      expect(() => readOptions(args)).toThrow(/--/)
    },
  )
})
