/**
 * A file as it may be seen, and back: secrets are masks that tell their fingerprints, references to variables stay text. Whoever sends
 * a mask back means the secret that is stored at the same place.
 */

import { SPELLINGS } from './canonical.ts'
import { fingerprint } from './fingerprint.ts'
import type { Problem } from './problem.ts'
import { isSealed, seal } from './sealed.ts'
import { isSecret, shownValue } from './secret.ts'
import { PASSTHRU } from './schema-values.ts'
import { fieldName, isTable, type Path } from './setting.ts'

const MASK = /^masked:[0-9a-f]{8}$/
const SHOWN_PASSTHRU = 'PASSTHRU'

export function maskedTree(tree: unknown): unknown {
  return mapLeaves(tree, [], maskedLeaf)
}

/** As it may be written: secrets that stand there openly are sealed. */
export function sealedTree(tree: unknown, key: string): unknown {
  return mapLeaves(tree, [], (value, path) => (isOpen(value, path) ? seal(value, key) : value))
}

/** Whether secrets lie there openly, and whether any are sealed; of one provider alone where one is named. */
export function openSecrets(
  tree: unknown,
  name?: string,
): { readonly open: boolean; readonly sealed: boolean } {
  let open = false
  let sealed = false
  mapLeaves(tree, [], (value, path) => {
    if (name !== undefined && (path[0] !== 'providers' || path[1]?.toLowerCase() !== name)) return
    open ||= isOpen(value, path)
    sealed ||= typeof value === 'string' && isSealed(value)
  })
  return { open, sealed }
}

function isOpen(value: unknown, path: Path): value is string {
  if (typeof value !== 'string' || value === '' || value === PASSTHRU) return false
  return holdsSecret(value, path) && !value.includes('${') && !isSealed(value)
}

/** A URL may carry a key. */
function holdsSecret(value: string, path: Path): boolean {
  return isSecret(path) || shownValue(path, value) !== value
}

function mapLeaves(value: unknown, path: Path, leaf: (value: unknown, path: Path) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => mapLeaves(item, below(path, item), leaf))
  if (!isTable(value)) return leaf(value, path)
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapLeaves(item, [...path, partOf(path, key)], leaf)]),
  )
}

function maskedLeaf(value: unknown, path: Path): unknown {
  if (typeof value === 'string' && isSealed(value)) return mask(value)
  if (!isSecret(path) && !(typeof value === 'string' && isMisplaced(path))) return shownValue(path, value)
  if (typeof value === 'number') return mask(String(value))
  if (typeof value !== 'string') return value
  return holdsKeys(path) ? value.trim().split(/\s+/).map(maskedText).join(' ') : maskedText(value)
}

/** A text where a table is meant may be what belongs into it. */
function isMisplaced(path: Path): boolean {
  const [room = '', , field = ''] = path
  if (path.length === 1) return ['providers', 'clients', 'server', ...TABLES].includes(room)
  if (path.length === 2) return ['providers', 'clients'].includes(room)
  return path.length === 3 && room === 'providers' && TABLES.includes(field)
}

const TABLES: readonly string[] = ['aws', 'azure', 'vertex', 'custom_headers', 'settings']

/** Several keys may stand in one text. */
function holdsKeys(path: Path): boolean {
  return path.at(-1) === 'api_key'
}

function maskedText(text: string): string {
  if (text === PASSTHRU) return SHOWN_PASSTHRU
  const literal = text.replaceAll(/\$\{[A-Za-z_]\w*\}/g, '').trim()
  return literal === '' || (literal !== text.trim() && /^(?:bearer|basic|token)$/i.test(literal))
    ? text
    : mask(text)
}

function mask(text: string): string {
  return `masked:${fingerprint(text)}`
}

export interface Unmasked {
  readonly value: unknown
  readonly problems: readonly Problem[]
}

/** `where`: the file, for people. */
export function unmaskedTree(given: unknown, stored: unknown, where: string): Unmasked {
  const problems: Problem[] = []
  const refuse = (path: Path): void => {
    const message = 'is a mask, and no secret of this fingerprint is stored here'
    problems.push({ where, field: fieldName(path), message, suggestion: 'send the secret itself, or ${VAR}' })
  }
  return { value: unmasked(given, stored, [], refuse), problems }
}

function unmasked(given: unknown, stored: unknown, path: Path, refuse: (path: Path) => void): unknown {
  if (Array.isArray(given)) {
    return given.map((item) => {
      const own = path.length === 1 ? entryLike(stored, item) : stored
      return unmasked(item, own, below(path, item), refuse)
    })
  }
  if (isTable(given)) {
    return Object.fromEntries(
      Object.entries(given).map(([key, item]) => {
        const own = path.length === 1 ? entryLike(stored, { name: key }) : undefined
        const there = own ?? (isTable(stored) ? stored[key] : undefined)
        return [key, unmasked(item, there, [...path, partOf(path, key)], refuse)]
      }),
    )
  }
  if (typeof given !== 'string') return given
  const candidates = Array.isArray(stored) ? stored : [stored]
  const whole = candidates.find((one) => one !== undefined && maskedLeaf(one, path) === given)
  if (whole !== undefined) return whole
  if (!isSecret(path)) return given
  const keys = candidates.flatMap((one) => (typeof one === 'string' ? one.trim().split(/\s+/) : []))
  const parts = given.split(/\s+/).map((part) => keys.find((key) => mask(key) === part) ?? part)
  if (parts.some((part) => MASK.test(part))) refuse(path)
  return parts.some((part, index) => part !== given.split(/\s+/)[index]) ? parts.join(' ') : given
}

/** The entry of the same name, wherever it stands: a list of providers, or a table of them. */
function entryLike(stored: unknown, item: unknown): unknown {
  const name = nameOf(item)
  if (name === undefined) return undefined
  if (Array.isArray(stored)) return stored.find((entry) => nameOf(entry) === name)
  return isTable(stored) ? Object.entries(stored).find(([key]) => key.toLowerCase() === name)?.[1] : undefined
}

function nameOf(item: unknown): string | undefined {
  return isTable(item) && typeof item.name === 'string' ? item.name.trim().toLowerCase() : undefined
}

function below(path: Path, item: unknown): Path {
  return path.length === 1 && path[0] === 'providers' ? [...path, nameOf(item) ?? ''] : path
}

/** As the schema calls it. */
function partOf(path: Path, key: string): string {
  if (path[0] === 'providers' && path.length === 1) return key
  const snake = key.replaceAll('-', '_')
  return path.length === 2 ? (SPELLINGS.get(snake)?.at(-1) ?? snake) : snake
}
