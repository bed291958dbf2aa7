/** The linter really looks: one planted fault per rule the house counts on, some of which need types, is found. */

import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')

const PLANTED: Readonly<Record<string, string>> = {
  'floating.ts': `async function f() {}\nf()\n`,
  'misused.ts': `export const x = [1].filter(async (n) => n > 0)\n`,
  'explicit-any.ts': `export const f = (x: any) => x\n`,
  'default.ts': `export default 1\n`,
  'unused.ts': `const x = 1\nexport {}\n`,
  'value-import.ts': `import { Url } from './types.ts'\nexport const f = (x: Url) => x\n`,
  'types.ts': `export interface Url { readonly text: string }\n`,
  'non-null.ts': `export const f = (x: string | undefined) => x!\n`,
  'marks.ts': `// TODO later\nexport const x = 1\n`,
  'union.ts': `export function f(x: 'a' | 'b') {\n  switch (x) {\n    case 'a':\n      return 1\n  }\n  return 2\n}\n`,
  'cycle-a.ts': `import { b } from './cycle-b.ts'\nexport const a = () => b\n`,
  'cycle-b.ts': `import { a } from './cycle-a.ts'\nexport const b = () => a\n`,
  'long.ts': 'export {}\n'.repeat(401),
  'node_modules/planted/index.ts': `export default 1\n`,
  'dist/planted.ts': `export default 1\n`,
}

const EXPECTED: readonly (readonly [file: string, rule: string])[] = [
  ['floating.ts', 'no-floating-promises'],
  ['misused.ts', 'no-misused-promises'],
  ['explicit-any.ts', 'no-explicit-any'],
  ['default.ts', 'no-default-export'],
  ['unused.ts', 'no-unused-vars'],
  ['value-import.ts', 'consistent-type-imports'],
  ['non-null.ts', 'no-non-null-assertion'],
  ['marks.ts', 'no-warning-comments'],
  ['union.ts', 'switch-exhaustiveness-check'],
  ['cycle-a.ts', 'no-cycle'],
  ['long.ts', 'max-lines'],
]

let folder: string
let said: readonly string[]

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-lint-'))
  for (const [file, text] of Object.entries(PLANTED)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  for (const file of ['.oxlintrc.json', 'tsconfig.base.json']) {
    copyFileSync(join(ROOT, file), join(folder, file))
  }
  writeFileSync(
    join(folder, 'tsconfig.json'),
    `{ "extends": "./tsconfig.base.json", "include": ["**/*.ts"] }`,
  )
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }))
  symlinkSync(join(ROOT, 'node_modules/@types'), join(folder, 'node_modules/@types'))
  const { stdout } = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules/oxlint/bin/oxlint'), '--type-aware', '--deny-warnings', '-f', 'unix'],
    { cwd: folder, encoding: 'utf8', env: { ...process.env, PATH: join(ROOT, 'node_modules/.bin') } },
  )
  said = stdout.split('\n')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.each(EXPECTED)('%s is refused by %s', (file, rule) => {
  expect(said.filter((line) => line.startsWith(`${file}:`)).join('\n')).toContain(rule)
})

test('what is installed or built is left alone', () => {
  expect(said.filter((line) => /^(node_modules|dist)\//.test(line))).toEqual([])
})
