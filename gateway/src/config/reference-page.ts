/**
 * The tables of the reference page, made from what the code knows. The page keeps its prose; each table stands between
 * `<!-- kind: group -->` and `<!-- end -->`, and only what is between them is made.
 */

import { SPELLINGS } from './canonical.ts'
import { keyTypes } from './key-types.ts'
import { KNOWN_VARIABLES } from './known-variables.ts'
import { EXPLAINED } from './meanings.ts'
import { GLOBAL_NO_EFFECT, PROVIDER_NO_EFFECT } from './no-effect.ts'
import { fieldName } from './setting.ts'

export interface DocumentedFlag {
  /** As it is typed, such as `--port`, with what follows it, such as `<number>`. */
  readonly flag: string
  readonly meaning: string
}

/** Flags by command, such as `config show`. */
export type DocumentedFlags = ReadonlyMap<string, readonly DocumentedFlag[]>

type Row = readonly string[]

const VARIABLE_NAMES: ReadonlySet<string> = new Set(KNOWN_VARIABLES.map(({ name }) => name))

const BLOCK = /<!-- ([a-z]+)(?:: ([a-z -]+))? -->\n[^]*?<!-- end -->/g

/** The page with all its tables made anew. Throws where a mark stands for nothing. */
export function referencePage(page: string, flags: DocumentedFlags): string {
  return page.replaceAll(BLOCK, (_, kind: string, group?: string) => {
    const mark = group === undefined ? kind : `${kind}: ${group}`
    const [heading = [], ...rows] = tableOf(kind, group ?? '', flags) ?? []
    if (rows.length === 0) throw new Error(`the mark "${mark}" stands for no table`)
    const lines = [row(heading), `|${heading.map(() => '---|').join('')}`, ...rows.map(row)]
    return `<!-- ${mark} -->\n\n${lines.join('\n')}\n\n<!-- end -->`
  })
}

function tableOf(kind: string, group: string, flags: DocumentedFlags): readonly Row[] | undefined {
  switch (kind) {
    case 'flags':
      return [[`flag of \`sluice ${group}\``, 'meaning'], ...flagRows(flags.get(group) ?? [])]
    case 'variables':
      return [['variable', 'meaning', 'default', 'key'], ...variableRows(group)]
    case 'idle':
      return [['idle variable', 'why'], ...idleRows()]
    case 'keys':
      return [['key', 'type', 'meaning', 'default', 'variable'], ...keyRows(group)]
    case 'spellings':
      return [['spelling', 'stands for'], ...spellingRows()]
    default:
      return undefined
  }
}

function flagRows(flags: readonly DocumentedFlag[]): readonly Row[] {
  return flags.map(({ flag, meaning }) => [
    code(flag),
    meaning.replaceAll(/\b[A-Z_]+\b/g, (word) => (VARIABLE_NAMES.has(word) ? code(word) : word)),
  ])
}

function variableRows(group: string): readonly Row[] {
  return KNOWN_VARIABLES.filter((one) => one.group === group).map(({ name, meaning, standard, key }) => [
    code(name),
    meaning,
    standard,
    key === undefined ? '' : code(key),
  ])
}

function idleRows(): readonly Row[] {
  return [
    ...GLOBAL_NO_EFFECT.map(({ name, reason }) => [code(name), reason]),
    ...PROVIDER_NO_EFFECT.map(({ name, reason }) => [code(`{NAME}_${name}`), reason]),
  ]
}

function keyRows(group: string): readonly Row[] {
  const typeOf = keyTypes()
  return [...EXPLAINED.values()]
    .filter((one) => one.group === group)
    .map(({ key, meaning, standard }) => [
      code(key),
      typeOf(key),
      meaning,
      standard,
      KNOWN_VARIABLES.filter((one) => one.key === key)
        .map(({ name }) => code(name))
        .join(', '),
    ])
}

function spellingRows(): readonly Row[] {
  return [...SPELLINGS].map(([spelling, path]) => [code(spelling), code(fieldName(path))])
}

function row(cells: Row): string {
  return `|${cells.map((cell) => (cell === '' ? ' |' : ` ${cell.replaceAll('|', String.raw`\|`)} |`)).join('')}`
}

function code(text: string): string {
  return `\`${text}\``
}
