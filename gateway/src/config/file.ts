/** Finds the one configuration file and reads it. */

import { existsSync, readFileSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import type { FileTree } from './canonical.ts'
import { PARSERS, SyntaxFault, type FileFormat } from './file-formats.ts'
import type { Problem } from './problem.ts'

/** Looked for in the working directory, in this order. */
export const FILE_NAMES = ['sluice.toml', 'sluice.yaml', 'sluice.yml', 'sluice.json', 'sluice.jsonc'] as const

const FORMATS: Readonly<Record<string, FileFormat>> = {
  '.toml': 'toml',
  '.yaml': 'yaml',
  '.yml': 'yaml',
  '.json': 'json',
  '.jsonc': 'json',
}

export interface FoundFile {
  readonly tree?: FileTree
  readonly problem?: Problem
  readonly warnings: readonly string[]
}

/** `named` is what a flag or SLUICE_CONFIG asked for; it must exist. */
export function findFile(cwd: string, named: string | undefined): FoundFile {
  if (named !== undefined) return readTree(cwd, named, [])
  const [first, ...others] = FILE_NAMES.filter((name) => existsSync(resolve(cwd, name)))
  if (first === undefined) return { warnings: [] }
  return readTree(
    cwd,
    first,
    others.map((name) => `${name} is not read, because ${first} comes first`),
  )
}

function readTree(cwd: string, name: string, warnings: readonly string[]): FoundFile {
  const fail = (where: string, message: string) => ({ problem: { where, field: '', message }, warnings })
  const format = FORMATS[extname(name).toLowerCase()]
  if (format === undefined) return fail(name, 'is no .toml, .yaml, .yml, .json or .jsonc file')
  let text: string
  try {
    // A byte order mark is no part of the text.
    text = readFileSync(resolve(cwd, name), 'utf8').replace(/^\uFEFF/, '')
  } catch (fault) {
    const code = fault instanceof Error && 'code' in fault ? String(fault.code) : 'unknown error'
    return fail(name, code === 'ENOENT' ? 'does not exist' : `cannot be read: ${code}`)
  }
  try {
    return { tree: { name, ...PARSERS[format](text) }, warnings }
  } catch (fault) {
    if (!(fault instanceof SyntaxFault)) throw fault
    return fail(
      `${name}:${fault.line}:${fault.column}`,
      `is no valid ${format.toUpperCase()}: ${fault.message}`,
    )
  }
}
