import { readFileSync } from 'node:fs'
import { referencePage } from '#config'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { documentedFlags } from './documented-flags.ts'
import { program } from './index.ts'
import { version } from './version.ts'

const page = readFileSync(new URL('../../../docs/reference/configuration.md', import.meta.url), 'utf8')

/** `config show` is a command in the group `config`. */
function commandCalled(name: string): Command | undefined {
  return name.split(' ').reduce(commandIn, program())
}

function commandIn(group: Command | undefined, name: string): Command | undefined {
  return group?.commands.find((command) => command.name() === name)
}

test.each([...documentedFlags(program()).keys()])(
  'O10 the documented flags of %s are those of its help',
  (name) => {
    const table = page.split('\n\n').find((block) => block.startsWith(`| flag of \`sluice ${name}\` |`)) ?? ''
    const documented = [...table.matchAll(/^\| `(--[\w-]+)[ `]/gm)].map(([, flag]) => flag ?? '')
    const command = commandCalled(name)
    expect(documented.toSorted()).toEqual(command?.options.map(({ long }) => long ?? '').toSorted())
    for (const flag of documented) expect(command?.helpInformation()).toContain(flag)
  },
)

test('the tables of the reference are as they are made', () => {
  expect(page, 'write them anew: sluice config schema --page docs/reference/configuration.md').toBe(
    referencePage(page, documentedFlags(program())),
  )
})

test('O10 the help names every command', () => {
  const help = program().helpInformation()
  for (const name of ['start', 'explain', 'replay', 'import', 'simulator', 'version'])
    expect(help).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'))
})

test('the version is the package’s', () => {
  expect(version()).toMatch(/^\d+\.\d+\.\d+/)
})
