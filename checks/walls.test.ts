/** The walls stand: the house is clean, and a breach of each kind planted in a copy is found where it was planted. */

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { factsOf } from './source-facts.ts'
import { type Room, ROOMS } from './wall-table.ts'
import { type BreachKind, inspectWalls } from './walls.ts'

const SOURCES = join(import.meta.dirname, '../gateway/src')

/** A file to plant, its text, and what must be said about its line. */
type Planted = readonly [kind: BreachKind, line: number, file: string, text: string]

const PLANTED: readonly Planted[] = [
  ['package', 1, 'core/planted.ts', `import { readFileSync } from 'node:fs'\nvoid readFileSync`],
  ['package', 1, 'pipeline/planted.ts', `import { readFileSync } from 'node:fs'\nvoid readFileSync`],
  ['package', 1, 'core/planted.ts', `import { Buffer } from 'node:buffer'\nvoid Buffer`],
  ['package', 1, 'core/planted.ts', `import type { Readable } from 'node:stream'\nexport type R = Readable`],
  ['package', 1, 'core/planted.ts', `export * from 'zod'`],
  ['package', 1, 'dialects/planted.ts', `import { request } from 'undici'\nvoid request`],
  ['package', 1, 'server/planted.ts', `const z = await import('zod')\nvoid z`],
  ['package', 1, 'transport/planted.ts', `import fs from 'fs'\nvoid fs`],
  ['package', 1, 'observe/planted.ts', `const prom = require('prom-client')\nvoid prom`],
  ['wall', 1, 'core/planted.ts', `export type { Dialect } from '#dialects'`],
  [
    'wall',
    2,
    'dialects/planted.ts',
    `// a provider seen from a dialect\nimport type { X } from '#providers'`,
  ],
  ['wall', 1, 'transport/planted.ts', `import { x } from '#pipeline'\nvoid x`],
  ['wall', 1, 'simulator/planted.ts', `import type { X } from '#server'`],
  ['wall', 1, 'simulator/planted.ts', `export type X = import('#providers').X`],
  ['wall', 1, 'pipeline/planted.ts', `import { DIALECTS } from '#dialects'\nvoid DIALECTS`],
  ['wall', 1, 'pipeline/planted.ts', `import { type Dialect } from '#dialects'`],
  ['wall', 1, 'pipeline/route/planted.ts', `export * from '#transport'`],
  ['wall', 1, 'server/planted.ts', `import { x } from '#observe'\nvoid x`],
  ['wall', 1, 'cli/planted.ts', `import { x } from '#server'\nvoid x`],
  ['door', 1, 'server/planted.ts', `import type { X } from '../pipeline/planted.ts'`],
  ['door', 1, 'server/planted.ts', `import { x } from '../main.ts'\nvoid x`],
  ['door', 1, 'main.ts', `import { x } from './core/index.ts'\nvoid x`],
  ['door', 1, 'server/planted.ts', `import { x } from '#core/fold'\nvoid x`],
  ['door', 1, 'server/planted.ts', `import { x } from '#server'\nvoid x`],
  ['door', 1, 'server/planted.test.ts', `import { x } from '../pipeline/x.ts'\nvoid x`],
  ['door', 1, 'core/planted.ts', `import { x } from '../../test/corpus.ts'\nvoid x`],
  ['default-export', 1, 'core/planted.ts', `export default 1`],
  ['default-export', 2, 'core/planted.ts', `const x = 1\nexport { x as default }`],
  ['name', 1, 'server/utils.ts', `export const x = 1`],
  ['name', 1, 'server/helpers/planted.ts', `export const x = 1`],
  ['name', 1, 'server/misc.test.ts', `export const x = 1`],
  ['name', 1, 'server/PlantedThing.ts', `export const x = 1`],
  ['place', 1, 'attic/planted.ts', `export const x = 1`],
  ['place', 1, 'planted.ts', `export const x = 1`],
  ['syntax', 1, 'core/planted.ts', `export const = 1`],
  ['mock', 2, 'core/planted.test.ts', `import { vi } from 'vitest'\nvi.mock('./fold.ts')`],
  ['cast', 5, 'core/planted.ts', `// far away\n\n\n\nexport const x = globalThis as unknown`],
  ['provider-name', 1, 'pipeline/planted.ts', `export const f = (name: string) => name === 'openai'`],
  [
    'provider-name',
    1,
    'server/planted.ts',
    `export const f = (x: { provider: string }) => 'ollama' !== x.provider`,
  ],
  [
    'provider-name',
    3,
    'core/planted.ts',
    `export function f(name: string) {\n switch (name) {\n case 'openrouter': return 1\n}\n}`,
  ],
  [
    'provider-name',
    1,
    'config/planted.ts',
    `export const f = (provider: string) => ['openai'].includes(provider)`,
  ],
  [
    'provider-name',
    1,
    'dialects/planted.ts',
    `export const f = (c: { provider: string }) => c.provider.startsWith('anthropic')`,
  ],
  ['wire-word', 1, 'pipeline/planted.ts', `export const f = (x: { max_tokens: number }) => x`],
  ['wire-word', 1, 'server/planted.ts', `export const f = (x: Record<string, number>) => x['finish_reason']`],
  ['wire-word', 1, 'transport/planted.ts', 'export const line = `message_stop`'],
  ['wire-word', 1, 'providers/planted.ts', `export const f = (x: { tool_calls: number }) => x.tool_calls`],
]

/** What looks alike and is allowed. */
const ALLOWED: readonly (readonly [file: string, text: string])[] = [
  ['core/planted.ts', `// why: the caller has checked it\nexport const x = globalThis as unknown`],
  ['core/planted.ts', `export const x = [1] as const`],
  ['pipeline/planted.ts', `import type { Dialect } from '#dialects'\nexport type D = Dialect`],
  ['server/planted.ts', `import { stream } from 'hono/streaming'\nvoid stream`],
  ['server/planted.ts', `export const f = (dialect: string) => dialect === 'anthropic'`],
  ['config/planted.ts', `export const f = (format: string) => format === 'openai'`],
  ['config/planted.ts', `export const f = (file: { max_tokens: number }) => file.max_tokens`],
  ['providers/planted.ts', `export const x = { refuses: ['max_tokens'] }`],
  ['providers/planted.ts', `export const f = (name: string) => name === 'openai'`],
  [
    'server/planted.ts',
    `// 'openai' === name, tool_calls, import { x } from '#pipeline'\nexport const x = 1`,
  ],
  ['core/planted.test.ts', `import { x } from '#pipeline'\nimport { test } from 'vitest'\nvoid x\nvoid test`],
  ['core/planted.test.ts', `import { corpus } from '../../test/corpus.ts'\nvoid corpus`],
]

test('the house is clean', () => {
  const { looked, breaches } = inspectWalls(SOURCES)
  expect(looked).toBeGreaterThan(50)
  expect(breaches).toEqual([])
})

test('every room of the table has its door in the package, and no door leads elsewhere', () => {
  const { imports } = JSON.parse(readFileSync(join(SOURCES, '../package.json'), 'utf8'))
  expect(Object.keys(imports).toSorted()).toEqual(
    Object.keys(ROOMS)
      .map((room) => `#${room}`)
      .toSorted(),
  )
})

// The linter sees cycles of paths only: it does not open doors.
test('the table lets no circle of values arise between rooms', () => {
  const table: Readonly<Record<string, Room>> = ROOMS
  const circleFrom = (room: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(room)) return [...path, room]
    return table[room]?.uses
      .map((other) => circleFrom(other, [...path, room]))
      .find((circle) => circle !== undefined)
  }
  expect(Object.keys(table).flatMap((room) => circleFrom(room, []) ?? [])).toEqual([])
})

describe('in a copy of the house', () => {
  let copy: string

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'sluice-walls-'))
    cpSync(SOURCES, join(copy, 'src'), { recursive: true })
  })
  afterAll(() => rmSync(copy, { recursive: true, force: true }))

  /** What is said about a file with the text planted at its top. */
  function plant(file: string, text: string): readonly string[] {
    const path = join(copy, 'src', file)
    const before = readIfThere(path)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, before === undefined ? text : `${text}\n${before}`)
    const found = inspectWalls(join(copy, 'src'), file).breaches
    if (before === undefined) rmSync(path)
    else writeFileSync(path, before)
    return found.map(({ kind, line }) => `${kind} at ${line}`)
  }

  test.each(PLANTED)('a planted breach (%s, line %i of %s) is found', (kind, line, file, text) => {
    expect(plant(file, text)).toContain(`${kind} at ${line}`)
  })

  test.each(ALLOWED)('%s may say what only looks like a breach (%#)', (file, text) => {
    expect(plant(file, text)).toEqual([])
  })

  test('a planted breach is found among all files', () => {
    writeFileSync(join(copy, 'src/core/planted.ts'), `import 'undici'`)
    const { looked, breaches } = inspectWalls(join(copy, 'src'))
    rmSync(join(copy, 'src/core/planted.ts'))
    expect(looked).toBeGreaterThan(50)
    expect(breaches.map(({ file }) => file)).toContain('core/planted.ts')
  })

  test('an empty house is told from a clean one', () => {
    const nowhere = join(copy, 'nowhere')
    mkdirSync(nowhere)
    expect(inspectWalls(nowhere)).toEqual({ looked: 0, breaches: [] })
  })
})

test('facts carry the lines they were found on', () => {
  const facts = factsOf('a.ts', `import type { A } from '#core'\n\nexport { B } from './b.ts'\n`)
  expect(facts.imports).toEqual([
    { from: '#core', typeOnly: true, line: 1 },
    { from: './b.ts', typeOnly: false, line: 3 },
  ])
})

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
