import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { configOf, type LoadOptions, readSources, SILENT } from '#config'
import { PRESET_FACTS } from '#providers'
import { ConfigKeeper } from './config-keeper.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-keeper-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function keeping(apply: () => Promise<void>) {
  const options: LoadOptions = {
    env: { ACME_API_KEY: 'k', ACME_BASE_URL: 'http://127.0.0.1:9' },
    cwd: folder,
    presets: PRESET_FACTS,
  }
  const read = readSources(options)
  const sources = { options, read, again: () => Promise.resolve(options) }
  const keeper = new ConfigKeeper({ sources, config: configOf(read, options), apply })
  const told: string[] = []
  keeper.onChange(() => told.push('changed'))
  keeper.onWriting(() => told.push('writing'))
  return { keeper, told }
}

test('what was written and taken back is told too, so that nobody reads it as a change of the files', async () => {
  const { keeper, told } = keeping(() => Promise.reject(new Error('cannot be built')))
  const file = join(folder, 'config.json')
  const persist = () => {
    writeFileSync(file, 'written')
    told.push('written')
    return Promise.resolve(() => {
      told.push('taken back')
      return Promise.resolve()
    })
  }
  await expect(keeper.change(() => ({ runtime: SILENT, persist }))).rejects.toThrow('cannot be built')
  expect(told).toEqual(['writing', 'written', 'taken back', 'changed'])
})

test('a source that is at fault leaves the state as it was, and its turn to the next', async () => {
  const { keeper, told } = keeping(() => Promise.resolve())
  const before = keeper.state
  writeFileSync(join(folder, 'sluice.toml'), 'port = ')
  const broken = keeper.reload()
  const next = keeper.change(() => ({ runtime: SILENT }))
  await expect(broken).rejects.toThrow('sluice.toml:1')
  expect((await next).sources).toBe(before.sources)
  expect(told).toEqual(['changed'])
})
