import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { VirtualClock } from '../../test/virtual-clock.ts'
import { FileWatch } from './file-watch.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-watch-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function watching(files: readonly string[]) {
  const clock = new VirtualClock()
  const calls: string[] = []
  const lines: string[] = []
  const logger = pino({}, { write: (line: string) => void lines.push(line) })
  const watch = new FileWatch(clock, () => calls.push('changed'), logger)
  watch.follow(files)
  const stirred = async (): Promise<void> => {
    await expect.poll(() => clock.pending).toBe(1)
  }
  /** Until everything that was done is told, or nothing more comes. */
  const settled = async (): Promise<void> => {
    await stirred()
    clock.advance(1000)
  }
  return { clock, calls, lines, watch, stirred, settled }
}

test('several writes are one change, and it is told when they have settled', async () => {
  const file = join(folder, 'a.toml')
  const { clock, calls, watch, stirred } = watching([file])
  writeFileSync(file, 'one')
  await stirred()
  writeFileSync(file, 'one and two')
  await stirred()
  expect(calls).toEqual([])
  clock.advance(1000)
  expect(calls).toEqual(['changed'])
  watch.close()
})

test('what was taken over already is no change: our own writing is not read back', async () => {
  const file = join(folder, 'a.json')
  const { clock, calls, watch, stirred } = watching([file])
  writeFileSync(file, 'ours')
  await stirred()
  watch.follow([file])
  clock.advance(1000)
  expect(calls).toEqual([])
  watch.close()
})

test('a folder that is not there, or goes, disturbs nobody', async () => {
  const { clock, calls, watch } = watching([join(folder, 'none', 'a.toml')])
  expect(clock.pending).toBe(0)
  watch.close()
  expect(calls).toEqual([])
})

test('a file that is put in place of another is a change, and so is the next one', async () => {
  const file = join(folder, 'a.toml')
  writeFileSync(file, 'one')
  const { calls, watch, settled } = watching([file])
  for (const text of ['two', 'six']) {
    writeFileSync(`${file}.tmp`, text)
    renameSync(`${file}.tmp`, file)
    await settled()
  }
  expect(calls).toEqual(['changed', 'changed'])
  watch.close()
})

test.each([
  ['vanishes', (file: string) => renameSync(file, `${file}~`)],
  ['is emptied', (file: string) => writeFileSync(file, '')],
])('a file that %s is none until it is back', async (_, spoil) => {
  const file = join(folder, 'a.toml')
  writeFileSync(file, 'one')
  const { calls, lines, watch, settled } = watching([file, join(folder, 'b.toml')])
  spoil(file)
  await settled()
  expect(calls).toEqual([])
  expect(lines.join()).toContain('"files":["' + file)
  writeFileSync(file, 'two')
  await settled()
  expect(calls).toEqual(['changed'])
  watch.close()
})

test('a file that comes back as it was is no change', async () => {
  const file = join(folder, 'a.toml')
  writeFileSync(file, 'one')
  const { calls, watch, settled } = watching([file])
  renameSync(file, `${file}~`)
  await settled()
  renameSync(`${file}~`, file)
  await settled()
  expect(calls).toEqual([])
  watch.close()
})

test('clusters turn a link to another folder: each turn is a change', async () => {
  for (const [name, text] of [
    ['..1', 'one'],
    ['..2', 'two'],
    ['..3', 'six'],
  ] as const) {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'a.toml'), text)
  }
  const turn = (to: string): void => {
    symlinkSync(to, join(folder, '..tmp'))
    renameSync(join(folder, '..tmp'), join(folder, '..data'))
  }
  turn('..1')
  symlinkSync('..data/a.toml', join(folder, 'a.toml'))
  const { calls, watch, settled } = watching([join(folder, 'a.toml')])
  turn('..2')
  rmSync(join(folder, '..1'), { recursive: true })
  await settled()
  expect(calls).toEqual(['changed'])
  turn('..3')
  await settled()
  expect(calls).toEqual(['changed', 'changed'])
  watch.close()
})

test('a file at the end of a link is written where it lies', async () => {
  mkdirSync(join(folder, 'real'))
  mkdirSync(join(folder, 'link'))
  writeFileSync(join(folder, 'real', 'a.toml'), 'one')
  symlinkSync('../real/a.toml', join(folder, 'link', 'a.toml'))
  const { calls, watch, settled } = watching([join(folder, 'link', 'a.toml')])
  writeFileSync(join(folder, 'real', 'a.toml'), 'one and two')
  await settled()
  expect(calls).toEqual(['changed'])
  watch.close()
})

test('a folder that comes later is seen, and one that is put in place of another', async () => {
  const file = join(folder, 'config', 'a.json')
  const { calls, watch, settled } = watching([file])
  mkdirSync(join(folder, 'config'))
  writeFileSync(file, 'one')
  await settled()
  expect(calls).toEqual(['changed'])
  mkdirSync(join(folder, 'next'))
  writeFileSync(join(folder, 'next', 'a.json'), 'two')
  renameSync(join(folder, 'config'), join(folder, 'last'))
  renameSync(join(folder, 'next'), join(folder, 'config'))
  await settled()
  expect(calls).toHaveLength(2)
  writeFileSync(file, 'three and more')
  await settled()
  expect(calls).toHaveLength(3)
  watch.close()
})

test('a link that leads to itself disturbs nobody', async () => {
  const file = join(folder, 'a.toml')
  symlinkSync('a.toml', file)
  const { calls, watch, settled } = watching([file])
  rmSync(file)
  writeFileSync(file, 'one')
  await settled()
  expect(calls).toEqual(['changed'])
  watch.close()
})

test('what somebody wrote before we did is told all the same', async () => {
  const file = join(folder, 'a.json')
  writeFileSync(file, 'one')
  const { clock, calls, watch, stirred } = watching([file])
  writeFileSync(file, 'theirs, not read yet')
  watch.settle()
  writeFileSync(file, 'theirs and ours')
  watch.follow([file])
  await stirred()
  clock.advance(1000)
  expect(calls).toEqual(['changed'])
  watch.close()
})
