import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { program } from './index.ts'
import { version } from './version.ts'

const page = readFileSync(new URL('../../../docs/reference/configuration.md', import.meta.url), 'utf8')

test.each(['start', 'explain', 'replay', 'import', 'simulator'])(
  'O10 the documented flags of %s are those of its help',
  (name) => {
    const table = page.split('\n\n').find((block) => block.startsWith(`| flag of \`sluice ${name}\``)) ?? ''
    const documented = [...table.matchAll(/^\| `(--[\w-]+)`/gm)].map(([, flag]) => flag ?? '')
    const command = program().commands.find((each) => each.name() === name)
    expect(documented.toSorted()).toEqual(command?.options.map(({ long }) => long ?? '').toSorted())
    for (const flag of documented) expect(command?.helpInformation()).toContain(flag)
  },
)

test('O10 the help names every command', () => {
  const help = program().helpInformation()
  for (const name of ['start', 'explain', 'replay', 'import', 'simulator', 'version'])
    expect(help).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'))
})

test('the version is the package’s', () => {
  expect(version()).toMatch(/^\d+\.\d+\.\d+/)
})
