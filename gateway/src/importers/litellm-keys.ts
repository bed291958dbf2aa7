/**
 * LiteLLM's virtual keys, as its `/key/list` prints them, as named clients. It keeps their SHA-256 and so does our file. A key of which it
 * is not sure what it may ask for, or which is over, is left out: none may become stronger by moving.
 */

import { createHash } from 'node:crypto'
import { isTable } from '#config'
import { ClientList, type FileClient } from './client-list.ts'
import type { Reason } from './importer.ts'
import type { Part } from './part.ts'
import type { FileSettings } from './provider-pool.ts'

/** Speak for what nobody looked at, in the list of keys. */
export const KEY_REASONS: readonly Reason[] = [
  ['keys.*.*budget*', 'there are no budgets'],
  ['keys.*.*_limit', 'limits are those of the gateway and its providers, not of a client'],
  ['keys.*.max_parallel_requests', 'limits are those of the gateway and its providers, not of a client'],
  ['keys.*.*spend', 'nothing is kept of what a client has spent'],
  ['keys.*.aliases', 'aliases hold for all clients'],
  ['keys.*.metadata', 'nothing else is kept of a client'],
  ['keys.*.allowed_routes', 'a client may use every route of its models'],
  ['keys.*.permissions', 'a client may use every route of its models'],
]

export interface KeyRules {
  /** Names of models by the access group that they are in. */
  readonly accessGroups: ReadonlyMap<string, readonly string[]>
  /** Epoch milliseconds. */
  readonly now: number
}

export function clientsOf(root: Part, rules: KeyRules): FileSettings['clients'] {
  const list = new ClientList()
  for (const [i, entry] of root.at('keys').items().entries()) {
    const hash = hashOf(entry)
    if (hash === undefined || isOver(entry, rules.now)) continue
    const models = modelsOf(entry, rules)
    if (models === undefined) continue
    passOver(entry)
    const wish = entry.either('key_alias', 'key_name').text() ?? `key-${i + 1}`
    const client: FileClient = { key_sha256: [hash], ...(models === 'all' ? {} : { models: [...models] }) }
    list.add(wish.startsWith('sk-') ? `key-${i + 1}` : wish, client)
  }
  return list.settings
}

function hashOf(entry: Part): string | undefined {
  if (typeof entry.value === 'string') {
    entry.leave('does not say what it may ask for: save the list with return_full_object=true')
    return undefined
  }
  const [token, key] = [entry.at('token'), entry.at('key')]
  if (token.present && /^[\da-f]{64}$/i.test(String(token.value))) return token.text()?.toLowerCase()
  const plain = [key, token].find(({ value }) => typeof value === 'string' && value.startsWith('sk-'))?.text()
  if (plain === undefined) entry.leave('has neither a key nor the hash of one')
  return plain === undefined ? undefined : createHash('sha256').update(plain).digest('hex')
}

function isOver(entry: Part, now: number): boolean {
  if (entry.at('blocked').flag() === true) {
    entry.leave('is blocked')
    return true
  }
  const expires = entry.at('expires')
  if (!expires.present) return false
  const end = Date.parse(String(expires.value))
  if (Number.isNaN(end) || end <= now) {
    entry.leave(Number.isNaN(end) ? 'ends at a time that cannot be read' : 'has ended')
    return true
  }
  expires.leave('ends then there and never here: take the client out by hand')
  return false
}

/** Undefined: it is not known, and the key is left out. */
function modelsOf(entry: Part, { accessGroups }: KeyRules): readonly string[] | 'all' | undefined {
  const named = entry.at('models').texts()
  if (named.includes('all-proxy-models')) return 'all'
  const others = named.filter((name) => name !== 'all-team-models' && name !== 'no-default-models')
  if (others.length < named.length || (named.length === 0 && entry.at('team_id').present)) {
    entry.leave('may ask for what its team or user may, which stands elsewhere; name its models there first')
    return undefined
  }
  if (named.length === 0) return 'all'
  return [...new Set(others.flatMap((name) => accessGroups.get(name) ?? [name]))]
}

/** What LiteLLM writes down of a key is no setting. */
const RECORDS = [
  'key_name', 'key_alias', 'user_id', 'team_id', 'organization_id', 'org_id', 'created_at', 'created_by', 'updated_at',
  'updated_by', 'last_active', 'budget_reset_at', 'spend', 'last_rotation_at', 'key_rotation_at', 'rotation_count',
] // prettier-ignore

function passOver(entry: Part): void {
  for (const name of RECORDS) entry.at(name).take(undefined)
  if (!isTable(entry.value)) return
  for (const [, part] of entry.entries()) if (part.value === false || part.value === 0) part.take(undefined)
}
