/** Reads another gateway's configuration from a file, or finds it in a folder. */

import { readFileSync, statSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { parseEnv } from 'node:util'
import { type FileFormat, type ParsedText, PARSERS, SyntaxFault } from '#config'

/** One line that says what is wrong and never quotes the file. */
export class ImportFault extends Error {
  override readonly name = 'ImportFault'
}

export interface ReadSource {
  /** As the user gave it. */
  readonly name: string
  /** The file's name without its folder and ending. */
  readonly title: string
  /** Undefined: there is only a `.env`. */
  readonly value: unknown
  /** As the user gave its name, and the line of a value; undefined where lines are not known. */
  readonly lineOf?: LineOf
  readonly env: Readonly<Record<string, unknown>>
  /** What the file of `--keys` holds. */
  readonly keys?: unknown
  readonly lineOfKey?: LineOf
}

/** `config.yaml:12`, or the file alone. */
type LineOf = (place: readonly (string | number)[]) => string

/** What the other gateways call their files, in the order of looking. */
const NAMES = [
  'litellm_config.yaml',
  'litellm-config.yaml',
  'litellm.yaml',
  'proxy_config.yaml',
  'config.yaml',
  'config.yml',
  'vandamme-config.toml',
  'config/providers.json',
  'providers.json',
  'portkey.json',
  'config.json',
]

const FORMATS: Readonly<Record<string, FileFormat>> = {
  '.toml': 'toml',
  '.yaml': 'yaml',
  '.yml': 'yaml',
  '.json': 'json',
  '.jsonc': 'json',
}

/** A configuration of this size was not written by anyone. */
const MOST_BYTES = 16 * 1024 * 1024

/** `keys`: a second file, with the keys of the clients. */
export function readSource(path: string, keys?: string): ReadSource {
  const source = configurationAt(path)
  if (keys === undefined) return source
  const { value, lineOf = () => keys } = sourceOf(keys, keys)
  // As the answer of the API, or the list in it.
  if (!Array.isArray(value)) return { ...source, keys: value, lineOfKey: lineOf }
  return { ...source, keys: { keys: value }, lineOfKey: ([, ...place]) => lineOf(place) }
}

function configurationAt(path: string): ReadSource {
  if (!kindAt(path, path).isDirectory()) return sourceOf(path, path)
  const found = NAMES.find((name) => isFile(join(path, name)))
  const env = join(path, '.env')
  if (found === undefined) {
    if (isFile(env)) return sourceOf(env, env)
    throw new ImportFault(`${path} holds none of ${[...NAMES, '.env'].join(', ')}; name the file itself`)
  }
  const source = sourceOf(join(path, found), join(path, found))
  return isFile(env) ? { ...source, env: parsedEnv(textAt(env, env)) } : source
}

function sourceOf(path: string, name: string): ReadSource {
  const text = textAt(path, name)
  const format = FORMATS[extname(path).toLowerCase()]
  const title = basename(path, extname(path))
  if (format !== undefined) {
    if (text.trim() === '') throw new ImportFault(`${name} is empty`)
    const tree = parsed(text, format, name)
    const line = (place: readonly (string | number)[]) => {
      const found = tree.lineOf(place)
      return found === undefined ? name : `${name}:${found}`
    }
    return { name, title, value: tree.value, lineOf: line, env: {} }
  }
  if (/^\.env|\.env$/.test(basename(path)))
    return { name, title: 'env', value: undefined, env: parsedEnv(text) }
  throw new ImportFault(`${name} is no .yaml, .yml, .json, .jsonc, .toml or .env file`)
}

function parsed(text: string, format: FileFormat, name: string): ParsedText {
  try {
    return PARSERS[format](text)
  } catch (fault) {
    if (fault instanceof SyntaxFault)
      throw new ImportFault(
        `${name}:${fault.line}:${fault.column} is no valid ${format.toUpperCase()}: ${firstLine(fault)}`,
      )
    // What a library says of a hostile file may quote it.
    throw new ImportFault(`${name} cannot be read as ${format.toUpperCase()}`)
  }
}

function firstLine({ message }: Error): string {
  return message.split('\n')[0] ?? ''
}

/** A remark behind a value counts as none. */
function parsedEnv(text: string): Readonly<Record<string, unknown>> {
  return parseEnv(text)
}

function textAt(path: string, name: string): string {
  if (kindAt(path, name).size > MOST_BYTES)
    throw new ImportFault(`${name} is too large to be a configuration`)
  try {
    const text = new TextDecoder('utf8', { fatal: true }).decode(readFileSync(path))
    if (!text.includes('\0')) return text
  } catch (fault) {
    if (fault instanceof TypeError) throw new ImportFault(`${name} is no UTF-8 text; save it as UTF-8`)
    throw new ImportFault(`${name} cannot be read: ${codeOf(fault)}`)
  }
  throw new ImportFault(`${name} is no UTF-8 text; save it as UTF-8`)
}

function kindAt(path: string, name: string) {
  try {
    return statSync(path)
  } catch (fault) {
    const code = codeOf(fault)
    throw new ImportFault(code === 'ENOENT' ? `${name} does not exist` : `${name} cannot be read: ${code}`)
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

function codeOf(fault: unknown): string {
  return fault instanceof Error && 'code' in fault ? String(fault.code) : 'unknown error'
}
