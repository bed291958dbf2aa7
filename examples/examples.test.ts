/** Each configuration shipped here loads, with nothing to complain about and no provider left out. */

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../gateway/src/config/index.ts'
import { PRESET_FACTS } from '../gateway/src/providers/index.ts'

const FOLDER = import.meta.dirname
const FILES = globSync('*.{toml,json,jsonc,yaml,yml}', { cwd: FOLDER }).toSorted()

test('there are examples', () => {
  expect(FILES).toContain('sluice.toml')
})

test.each(FILES)('%s loads', (file) => {
  const named = readFileSync(join(FOLDER, file), 'utf8').matchAll(/\$\{(\w+)\}/g)
  const env = Object.fromEntries([...named].map(([, variable]) => [variable, 'sk-example-0123456789']))
  const config = loadConfig({ env, cwd: FOLDER, flags: { config: file }, presets: PRESET_FACTS })
  expect(config.providers.length).toBeGreaterThan(0)
  expect(config.partial).toEqual([])
  expect(config.warnings).toEqual([])
})
