import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { PRESET_FACTS } from '#providers'
import { providerTypes } from './provider-types.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-types-'))
afterAll(() => rmSync(folder, { recursive: true }))

const typesWith = (file: string) => {
  writeFileSync(join(folder, 'sluice.toml'), file)
  return providerTypes({ env: {}, cwd: folder })
}

test('those built in, where no plugin is named', async () => {
  expect(await typesWith('log_level = "warn"\n')).toBe(PRESET_FACTS)
})

test('J12 and those that plugins bring', async () => {
  const record = `{ name: 'acme', title: 'Acme', dialect: 'ollama', auth: 'none', needsKey: false }`
  writeFileSync(join(folder, 'acme.mjs'), `export const providerTypes = [${record}]`)
  const types = await typesWith('[plugins]\nmodules = ["./acme.mjs"]\n')
  expect(types.slice(0, -1)).toEqual(PRESET_FACTS)
  expect(types.at(-1)).toMatchObject({ name: 'acme', dialect: 'ollama' })
})

test('a configuration at fault is told by who loads it', async () => {
  expect(await typesWith('[plugins]\nmodulse = ["./acme.mjs"]\n')).toBe(PRESET_FACTS)
})
