/** The values in effect as text, in the format that is asked for; where the format allows it each with its origin. */

import { Document, isScalar, visit } from 'yaml'
import type { Entry } from './inspect.ts'
import { placeOf } from './origin.ts'
import { isTable, treeOf } from './setting.ts'
import { variableOfPath } from './variable-names.ts'

export const RENDERINGS = { toml: toToml, yaml: toYaml, json: toJson, env: toEnv } as const

function remark({ origin, secret }: Entry): string {
  return secret ? `fingerprint; ${placeOf(origin)}` : placeOf(origin)
}

function toToml(entries: readonly Entry[]): string {
  const tables = new Map<string, Entry[]>()
  for (const entry of entries) {
    const table = entry.path.slice(0, -1).map(tomlKey).join('.')
    tables.set(table, [...(tables.get(table) ?? []), entry])
  }
  return [...tables]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([table, rows]) => {
      const lines = rows.map(
        (entry) => `${tomlKey(entry.path.at(-1) ?? '')} = ${tomlValue(entry.value)}  # ${remark(entry)}`,
      )
      return [...(table === '' ? [] : [`[${table}]`]), ...lines].join('\n')
    })
    .join('\n\n')
}

function tomlKey(key: string): string {
  return /^[\w-]+$/.test(key) ? key : JSON.stringify(key)
}

/** What JSON writes for texts, numbers and switches is TOML too. */
function tomlValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(tomlValue).join(', ')}]`
  if (!isTable(value)) return JSON.stringify(value)
  const pairs = Object.entries(value).map(([key, item]) => `${tomlKey(key)} = ${tomlValue(item)}`)
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`
}

function toYaml(entries: readonly Entry[]): string {
  const document = new Document(treeOf(entries))
  const remarks = new Map(entries.map((entry) => [entry.path.join('\0'), remark(entry)]))
  visit(document, {
    Pair(_, pair, above) {
      const keys = [...above, pair].flatMap((node) =>
        typeof node === 'object' && node !== null && 'key' in node && isScalar(node.key)
          ? [String(node.key.value)]
          : [],
      )
      const text = remarks.get(keys.join('\0'))
      if (text === undefined) return
      if (isScalar(pair.value)) pair.value.comment = ` ${text}`
      else if (isScalar(pair.key)) pair.key.commentBefore = ` ${text}`
    },
  })
  return document.toString({ lineWidth: 0 }).trimEnd()
}

function toJson(entries: readonly Entry[]): string {
  const origins = Object.fromEntries(entries.map(({ field, origin }) => [field, placeOf(origin)]))
  const fingerprints = entries.filter(({ secret }) => secret).map(({ field }) => field)
  return JSON.stringify({ settings: treeOf(entries), origins, fingerprints }, undefined, 2)
}

/** Secrets and what no variable can say stand there as remarks, so that what is printed can be read again. */
function toEnv(entries: readonly Entry[]): string {
  return entries
    .map((entry) => {
      const variable = variableOfPath(entry.path)
      const value = Array.isArray(entry.value) ? entry.value.join(' ') : entry.value
      if (
        variable === undefined ||
        typeof value === 'object' ||
        (Array.isArray(entry.value) && entry.value.length > 1)
      )
        return `# no variable: ${entry.field} = ${JSON.stringify(entry.value)}  # ${remark(entry)}`
      const plain = typeof value === 'string' ? value : JSON.stringify(value)
      const text = /[\s#"'\\]/.test(plain) ? JSON.stringify(value) : plain
      return `${entry.secret ? '# ' : ''}${variable}=${text}  # ${remark(entry)}`
    })
    .join('\n')
}
