/** Finds the configuration files and reads them: the strongest first. */

import { existsSync, readFileSync } from 'node:fs'
import { extname, isAbsolute, join, resolve } from 'node:path'
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

/** The providers' own file; the first that exists. An example beside it is never read. */
const PROVIDER_FILES = ['config/providers.json', 'providers.json'] as const

export interface FoundFile {
  readonly tree?: FileTree
  readonly problem?: Problem
  readonly warnings: readonly string[]
  /** It is the one whose purpose is to say which providers there are. */
  readonly listsProviders?: true
}

export interface Places {
  readonly cwd: string
  /** What a flag or SLUICE_CONFIG asked for; it must exist, and stands for all files of the working directory. */
  readonly named: string | undefined
  /** The user's own folder, for all working directories. */
  readonly userFolder: UserFolder | undefined
  /** What stands in place of a file, by absolute path. */
  readonly texts?: ReadonlyMap<string, string> | undefined
}

interface UserFolder {
  readonly path: string
  /** As shown to people. */
  readonly shown: string
}

export function findFiles({ cwd, named, userFolder, texts = NONE }: Places): readonly FoundFile[] {
  const own = userFolder === undefined ? [] : firstOf(userFolder.path, FILE_NAMES, texts, userFolder.shown)
  if (named !== undefined) return [readTree(cwd, named, [], texts), ...own]
  const lists = firstOf(cwd, PROVIDER_FILES, texts).map((file) => ({
    ...file,
    listsProviders: true as const,
  }))
  return [...lists, ...firstOf(cwd, FILE_NAMES, texts), ...own]
}

const NONE: ReadonlyMap<string, string> = new Map()

/** The file whose purpose is to say which providers there are, or the one that would be. */
export function providersPath(cwd: string): string {
  return PROVIDER_FILES.find((name) => existsSync(resolve(cwd, name))) ?? PROVIDER_FILES[0]
}

/** All that may be a source here, whether it is there or not: names of files by folder. */
export function possibleFiles({ cwd, named, userFolder }: Places): readonly string[] {
  const here = named === undefined ? [...PROVIDER_FILES, ...FILE_NAMES] : [named]
  const own = userFolder === undefined ? [] : FILE_NAMES.map((name) => resolve(userFolder.path, name))
  return [...here.map((name) => resolve(cwd, name)), ...own]
}

/** By the rules of the desktop: `XDG_CONFIG_HOME`, else `.config` at home. */
export function userFolderOf(env: Readonly<Record<string, string | undefined>>): UserFolder | undefined {
  const { XDG_CONFIG_HOME: configured = '', HOME: home = '' } = env
  if (isAbsolute(configured)) {
    const path = join(configured, 'sluice')
    return { path, shown: `${path}/` }
  }
  return isAbsolute(home) ? { path: join(home, '.config', 'sluice'), shown: '~/.config/sluice/' } : undefined
}

function firstOf(
  folder: string,
  names: readonly string[],
  texts: ReadonlyMap<string, string>,
  shown = '',
): readonly FoundFile[] {
  const isThere = (path: string) => texts.has(path) || existsSync(path)
  const [first, ...others] = names.filter((name) => isThere(resolve(folder, name)))
  if (first === undefined) return []
  const warnings = others.map((name) => `${shown}${name} is not read, because ${first} comes first`)
  return [readTree(folder, first, warnings, texts, shown)]
}

function readTree(
  folder: string,
  file: string,
  warnings: readonly string[],
  texts: ReadonlyMap<string, string>,
  shown = '',
): FoundFile {
  const name = shown + file
  const fail = (where: string, message: string) => ({ problem: { where, field: '', message }, warnings })
  const format = FORMATS[extname(name).toLowerCase()]
  if (format === undefined) return fail(name, 'is no .toml, .yaml, .yml, .json or .jsonc file')
  let text: string
  try {
    // A byte order mark is no part of the text.
    text = textOf(resolve(folder, file), texts).replace(/^\uFEFF/, '')
  } catch (fault) {
    const code = fault instanceof Error && 'code' in fault ? String(fault.code) : 'unknown error'
    return fail(name, code === 'ENOENT' ? 'does not exist' : `cannot be read: ${code}`)
  }
  // Whoever begins this file says which providers there are; one without a word in it is half written.
  if (text.trim() === '' && PROVIDER_FILES.some((one) => one === file))
    return fail(`${name}:1`, 'is empty; write {"providers": []} where none is meant')
  try {
    const parsed = PARSERS[format](text)
    // A file of one word, or a list, has no key that could be refused.
    if (!holdsKeys(parsed.value)) return fail(`${name}:1`, 'must hold keys and their values at its top')
    return { tree: { name, ...parsed }, warnings }
  } catch (fault) {
    if (!(fault instanceof SyntaxFault)) throw fault
    return fail(
      `${name}:${fault.line}:${fault.column}`,
      `is no valid ${format.toUpperCase()}: ${fault.message}`,
    )
  }
}

/** An empty one holds none, which is no mistake. */
function holdsKeys(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && !Array.isArray(value))
}

function textOf(path: string, texts: ReadonlyMap<string, string>): string {
  return texts.get(path) ?? readFileSync(path, 'utf8')
}
