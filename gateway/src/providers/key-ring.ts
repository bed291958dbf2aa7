/**
 * Rotation over a provider's keys: weighted round robin, process-wide, from the first key on. A key that was refused rests and is then
 * tried with one request; a key whose quota is used up is passed over until its period ends.
 */

import { createHash } from 'node:crypto'
import type { Clock, GatewayError } from '#core'
import type { KeyFacts, KeyRing } from './provider.ts'

export interface KeyRules {
  /** Shares, in the order of the keys; absent means equal. */
  readonly weights?: readonly number[] | undefined
  readonly quota?: KeyQuota | undefined
}

/** Of each key. */
export interface KeyQuota {
  readonly requests?: number
  /** Of requests and answers together. */
  readonly tokens?: number
  readonly periodMs: number
}

const FIRST_REST_MS = 60_000
const LONGEST_REST_MS = 600_000
/** Where the provider does not say how long its limit holds. */
const LIMIT_REST_MS = 5000
/** Longest rest of a key that was not refused. */
const LONGEST_SPARING_MS = 60_000

interface Key {
  readonly text: string
  readonly fingerprint: string
  readonly weight: number
  /** Of the smooth weighted rotation: grows by its weight at each turn, pays the sum of all when chosen. */
  credit: number
  requests: number
  failures: number
  tokens: number
  refusals: number
  restsUntil: number
  refusedAt: number
  /** It has lately been said to have room: who says of every request that it was the last for now is not believed. */
  hadRoom: boolean
  periodBegan: number
  periodRequests: number
  periodTokens: number
}

export function keyRing(texts: readonly string[], clock: Clock, { weights, quota }: KeyRules = {}): KeyRing {
  const keys = texts.map((text, i) => newKey(text, weights?.[i] ?? 1, clock.now()))
  const byText = new Map(keys.map((key) => [key.text, key]))
  /** Rested or not, there is no other. */
  const only = keys.length === 1 ? keys[0] : undefined

  const spent = (key: Key, now: number): boolean => {
    if (quota === undefined) return false
    if (now - key.periodBegan >= quota.periodMs) {
      key.periodBegan = now
      key.periodRequests = 0
      key.periodTokens = 0
    }
    return (
      key.periodRequests >= (quota.requests ?? Infinity) || key.periodTokens >= (quota.tokens ?? Infinity)
    )
  }

  return {
    size: keys.length,
    next(tried) {
      const now = clock.now()
      if (only !== undefined && !tried.has(only.text) && !spent(only, now)) return taken(only, now)
      const fresh = keys.filter(({ text }) => !tried.has(text))
      const able = fresh.filter((key) => !spent(key, now))
      const awake = able.filter((key) => key.restsUntil <= now)
      // When all rest, the one that has rested longest is still better than no answer.
      const key = awake.length > 0 ? turnOf(awake) : soonest(able)
      return key === undefined ? undefined : taken(key, now)
    },
    idle() {
      const now = clock.now()
      return (keys.find((key) => key.restsUntil <= now) ?? soonest(keys))?.text
    },
    due() {
      const now = clock.now()
      const able = keys.filter((key) => !spent(key, now))
      const awake = able.filter((key) => key.restsUntil <= now)
      return (awake.length > 0 ? aheadOf(awake) : soonest(able))?.text
    },
    refused(text, error) {
      const key = byText.get(text)
      if (key === undefined) return
      key.failures++
      key.refusedAt = clock.now()
      key.restsUntil = key.refusedAt + restOf(key, error)
    },
    answered(text, sentAt, roomMs) {
      const key = byText.get(text)
      if (key === undefined) return
      if (key.refusals > 0 && sentAt > key.refusedAt) {
        key.refusals = 0
        key.restsUntil = 0
      }
      if (roomMs === undefined || keys.length < 2) return
      if (roomMs > 0 && key.hadRoom) {
        const rest = Math.min(roomMs, LONGEST_SPARING_MS)
        key.restsUntil = Math.max(key.restsUntil, clock.now() + rest)
      }
      key.hadRoom = roomMs === 0
    },
    used(text, tokens) {
      const key = byText.get(text)
      if (key === undefined) return
      key.tokens += tokens
      key.periodTokens += tokens
    },
    reset() {
      for (const key of keys) {
        key.credit = 0
        key.refusals = 0
        key.restsUntil = 0
        key.hadRoom = false
      }
    },
    fingerprint: (text) => byText.get(text)?.fingerprint ?? fingerprint(text),
    facts: () => keys.map((key) => factsOf(key, clock.now(), spent(key, clock.now()))),
  }
}

function taken(key: Key, now: number): string {
  key.requests++
  key.periodRequests++
  // One request finds out whether a rested key is good again; until it has, the others keep off.
  if (key.refusals > 0) key.restsUntil = now + FIRST_REST_MS
  return key.text
}

/** A limit ends by itself and soon; a key that is no good gets longer rests each time. */
function restOf(key: Key, { type, facts }: GatewayError): number {
  if (type === 'rate-limited') return facts.retryAfterMs ?? LIMIT_REST_MS
  key.refusals++
  const rest = Math.min(FIRST_REST_MS * 2 ** (key.refusals - 1), LONGEST_REST_MS)
  return Math.max(rest, facts.retryAfterMs ?? 0)
}

/** The smooth weighted rotation known from nginx: turns are spread, and with equal weights it is plain round robin. */
function turnOf(keys: readonly Key[]): Key | undefined {
  let best: Key | undefined
  let sum = 0
  for (const key of keys) {
    key.credit += key.weight
    sum += key.weight
    if (best === undefined || key.credit > best.credit) best = key
  }
  if (best !== undefined) best.credit -= sum
  return best
}

/** Whose turn comes next, with nothing paid or earned. */
function aheadOf(keys: readonly Key[]): Key | undefined {
  return keys.reduce<Key | undefined>(
    (best, key) => (best === undefined || key.credit + key.weight > best.credit + best.weight ? key : best),
    undefined,
  )
}

function soonest(keys: readonly Key[]): Key | undefined {
  return keys.reduce<Key | undefined>(
    (best, key) => (best === undefined || key.restsUntil < best.restsUntil ? key : best),
    undefined,
  )
}

function newKey(text: string, weight: number, now: number): Key {
  return {
    text,
    fingerprint: fingerprint(text),
    weight,
    credit: 0,
    requests: 0,
    failures: 0,
    tokens: 0,
    refusals: 0,
    restsUntil: 0,
    refusedAt: -Infinity,
    hadRoom: false,
    periodBegan: now,
    periodRequests: 0,
    periodTokens: 0,
  }
}

function factsOf(key: Key, now: number, spent: boolean): KeyFacts {
  const { requests, failures, tokens } = key
  return {
    fingerprint: key.fingerprint,
    state: spent ? 'spent' : key.restsUntil > now ? 'resting' : 'ready',
    requests,
    failures,
    tokens,
  }
}

function fingerprint(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 8)
}
