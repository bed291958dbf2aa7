/** The providers' own file as management writes it: one provider changed, everything else left as it stands. */

import { applyEdits, modify, type JSONPath } from 'jsonc-parser'
import { readFileSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { canonical } from './canonical.ts'
import { PARSERS, SyntaxFault } from './file-formats.ts'
import { sealedTree } from './masks.ts'
import { providersPath } from './file.ts'
import { ConfigError } from './problem.ts'
import { isHidden, type RuntimeChange } from './runtime-layer.ts'
import { fieldName, isTable, treeOf, type Layer } from './setting.ts'

export interface ProvidersFile {
  readonly path: string
  /** As shown to people. */
  readonly shown: string
  /** Absent: there is no such file yet. */
  readonly text?: string
  readonly tree: Readonly<Record<string, unknown>>
}

const EMPTY = '{\n  "providers": []\n}\n'
const FORMATTING = { formattingOptions: { tabSize: 2, insertSpaces: true, eol: '\n' } }

/** Throws `ConfigError` where it cannot be read, or where another kind of file stands in its place. */
export function providersFile(cwd: string, named: string | undefined): ProvidersFile {
  const shown = named ?? providersPath(cwd)
  const refuse = (message: string, suggestion?: string): ConfigError =>
    new ConfigError([
      { where: shown, field: '', message, ...(suggestion === undefined ? {} : { suggestion }) },
    ])
  if (!/^\.jsonc?$/i.test(extname(shown)))
    throw refuse('is not written by management', 'change it by hand and reload, or start with a JSON file')
  const path = resolve(cwd, shown)
  try {
    const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
    const tree = PARSERS.json(text).value
    if (!isTable(tree)) throw refuse('is no JSON object')
    return { path, shown, text, tree }
  } catch (fault) {
    if (fault instanceof SyntaxFault)
      throw new ConfigError([
        {
          where: `${shown}:${fault.line}:${fault.column}`,
          field: '',
          message: `is no valid JSON: ${fault.message}`,
        },
      ])
    if (!(fault instanceof Error && 'code' in fault)) throw fault
    if (fault.code === 'ENOENT') return { path, shown, tree: {} }
    throw refuse(`cannot be read: ${String(fault.code)}`)
  }
}

/**
 * The text after a change. A provider that is changed is written anew in canonical names, its secrets sealed where there is a key for
 * that; all others stay letter by letter.
 */
export function writtenChange(
  { text = EMPTY, tree }: ProvidersFile,
  change: RuntimeChange,
  sealingKey?: string,
): string {
  const edit = (at: JSONPath, value: unknown, isArrayInsertion = false): void => {
    text = applyEdits(text, modify(text, at, value, { ...FORMATTING, isArrayInsertion }))
  }
  const paths = [...change.hidden, ...change.settings.map(({ path }) => path)]
  if (paths.some(([room]) => room === 'default_provider')) {
    edit(['default_provider'], change.settings.find(({ path: [room] }) => room === 'default_provider')?.value)
  }
  const names = paths.flatMap(([room, name]) => (room === 'providers' && name !== undefined ? [name] : []))
  const { providers = [] } = tree
  if (tree.providers === undefined && names.length > 0 && text !== EMPTY) edit(['providers'], [])
  for (const name of new Set(names)) {
    const [key, entry] = entryOf(providers, name)
    const after = settled(name, entry, change)
    const fields = sealingKey === undefined ? treeOf(after) : sealedTree(treeOf(after), sealingKey)
    const body = isTable(fields) && isTable(fields.providers) ? fields.providers[name] : undefined
    const isList = Array.isArray(providers)
    const own = isTable(entry) && typeof entry.name === 'string' ? entry.name : name
    const written = isTable(body) ? { ...(isList ? { name: own } : {}), ...body } : undefined
    if (key !== undefined) edit(['providers', key], written)
    else if (written !== undefined) edit(['providers', isList ? -1 : name], written, isList)
  }
  return text
}

/** Its key or place in the file, and what stands there. */
function entryOf(providers: unknown, name: string): readonly [string | number | undefined, unknown] {
  const isNamed = (text: unknown) => typeof text === 'string' && text.trim().toLowerCase() === name
  if (Array.isArray(providers)) {
    const index = providers.findIndex((entry) => isTable(entry) && isNamed(entry.name))
    return index === -1 ? [undefined, undefined] : [index, providers[index]]
  }
  const key = isTable(providers) ? Object.keys(providers).find(isNamed) : undefined
  return key === undefined || !isTable(providers) ? [undefined, undefined] : [key, providers[key]]
}

function settled(name: string, entry: unknown, { hidden, settings }: RuntimeChange): Layer {
  const { name: _, ...own } = isTable(entry) ? entry : {}
  const before = canonical({ name: '', value: { providers: { [name]: own } }, lineOf: () => undefined })
  const fresh = settings.filter(({ path }) => path[0] === 'providers' && path[1] === name)
  const taken = new Set(fresh.map(({ path }) => fieldName(path)))
  const kept = before.settings.filter(
    ({ path }) => !isHidden(path, hidden) && !taken.has(fieldName(path)) && path.length > 2,
  )
  return [...kept, ...fresh]
}
