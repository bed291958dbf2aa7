/** Reads a file of ranked models: a list of names, or of tables with an `id` and perhaps a `rank` and a `name`. */

import { readFileSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { z } from 'zod'
import type { RankedModel } from './config.ts'
import { type FileFormat, PARSERS, SyntaxFault } from './file-formats.ts'
import { text } from './schema-values.ts'

const FORMATS: ReadonlyMap<string, FileFormat> = new Map([
  ['.toml', 'toml'],
  ['.yaml', 'yaml'],
  ['.yml', 'yaml'],
  ['.json', 'json'],
  ['.jsonc', 'json'],
])

const ranked = z.object({ id: text(), name: text().optional(), rank: z.number().optional() })
const list = z.array(z.union([text(), ranked]))
const file = z.union([list, z.object({ models: list }).transform(({ models }) => models)])

export type Rankings =
  | { readonly models: readonly RankedModel[]; readonly fault?: undefined }
  | { readonly models?: undefined; readonly fault: string }

/** Sorted: by rank where one is given, else as they stand. */
export function readRankings(cwd: string, name: string): Rankings {
  const format = FORMATS.get(extname(name).toLowerCase())
  if (format === undefined) return { fault: `${name} is no .toml, .yaml, .yml, .json or .jsonc file` }
  let value: unknown
  try {
    value = PARSERS[format](readFileSync(resolve(cwd, name), 'utf8').replace(/^\uFEFF/, '')).value
  } catch (thrown) {
    if (thrown instanceof SyntaxFault) return { fault: `${name}:${thrown.line}: ${thrown.message}` }
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown error'
    return { fault: code === 'ENOENT' ? `${name} does not exist` : `${name} cannot be read: ${code}` }
  }
  const read = file.safeParse(value)
  if (!read.success) return { fault: `${name} must have a list "models" of names, or of tables with an id` }
  const entries = read.data.map((entry, index) =>
    typeof entry === 'string' ? { id: entry, rank: index + 1 } : { ...entry, rank: entry.rank ?? index + 1 },
  )
  const models = entries
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ id, name: shown }): RankedModel => ({ id, ...(shown === undefined ? {} : { name: shown }) }))
  return { models }
}
