/** The documents tell the truth about what can be counted: rooms, folders, decisions, links, scripts. */

import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const PAGES = globSync('**/*.md', { cwd: ROOT, exclude: (name) => name === 'node_modules' }).toSorted()
const readme = read('README.md')

describe('the README’s map', () => {
  const [rooms = '', folders = ''] = section(readme, 'The map').split('\nAround it:')

  test('lists exactly the rooms of the house', () => {
    expect(firstCells(rooms)).toEqual(childrenOf('gateway/src'))
  })

  test('lists exactly the folders around it', () => {
    expect(firstCells(folders)).toEqual(childrenOf('.').filter((name) => name.endsWith('/')))
  })
})

test('every decision has its line in the list of decisions, in order', () => {
  const listed = [...read('docs/decisions/README.md').matchAll(/\]\((\d{4}-[\w-]+\.md)\)/g)].map(
    ([, file]) => file,
  )
  const written = globSync('[0-9]*.md', { cwd: join(ROOT, 'docs/decisions') }).toSorted()
  expect(written.length).toBeGreaterThan(0)
  expect(listed).toEqual(written)
})

describe('links', () => {
  test('there are pages to look at', () => {
    expect(PAGES).toContain('README.md')
    expect(PAGES).toContain('docs/guide/getting-started.md')
  })

  test.each(PAGES)('of %s lead somewhere', (page) => {
    const broken = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => !leads(page, link))
    expect(broken).toEqual([])
  })
})

describe('npm scripts', () => {
  const scripts = Object.keys(JSON.parse(read('package.json')).scripts)

  test.each(PAGES)('that %s names exist', (page) => {
    const named = [...read(page).matchAll(/\bnpm (?:run (?:--silent )?([\w:-]+)|(start|test)\b)/g)].map(
      ([, run, bare]) => run ?? bare,
    )
    expect(named.filter((name) => name === undefined || !scripts.includes(name))).toEqual([])
  })

  test('are all told to contributors', () => {
    const told = read('README.md') + read('CONTRIBUTING.md')
    expect(
      scripts.filter((name) => !told.includes(`npm run ${name}`) && !told.includes(`npm ${name}`)),
    ).toEqual([])
  })
})

function read(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8')
}

/** From a heading to the next of its rank. */
function section(text: string, title: string): string {
  const [, rest = ''] = text.split(`\n## ${title}\n`)
  return rest.split('\n## ')[0] ?? ''
}

/** The code in the first cells of a table. */
function firstCells(text: string): string[] {
  return [...text.matchAll(/^\| `([^`]+)`/gm)].map(([, cell = '']) => cell).toSorted()
}

/** Files and non-empty folders, since version control knows no others. */
function childrenOf(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && !['node_modules', 'coverage'].includes(name))
    .filter((entry) => entry.isFile() || globSync(`${folder}/${entry.name}/**/*.*`, { cwd: ROOT }).length > 0)
    .map((entry) => (entry.isFile() ? entry.name : `${entry.name}/`))
    .toSorted()
}

function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

function leads(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(ROOT, target))) return false
  return anchor === undefined || !target.endsWith('.md') || anchorsOf(read(target)).includes(anchor)
}
