/**
 * Two are drawn and the better one goes first: health against peak-sensitive time to first content and the calls under way. A small
 * share of calls goes anywhere, so that nobody is forgotten. A conversation stays where it is, because providers keep the
 * beginning of its prompt in their caches; so does a pool, as long as nobody is clearly better.
 */

import type { Target } from '../../exchange.ts'
import { RecentMap } from '../../recent-map.ts'
import { needsSample } from './fastest-response.ts'
import { byScore, type Facts, type Scored, type Strategy } from './strategy.ts'

/** Share of calls that ignore all measurements. */
const EXPLORED = 0.01
/** How much better a challenger must be than the one in place. */
const HYSTERESIS = 0.15
/** How long a conversation may pause and still find its place warm. */
const STICKY_MS = 600_000
const CONVERSATIONS = 10_000
const POOLS = 1000
/** Below this a target has lost the conversations it holds. */
const POORLY = 0.5

interface Place {
  readonly provider: string
  readonly model: string
  readonly until: number
}

export function adaptive(): Strategy {
  const places = new RecentMap<string, Place>(CONVERSATIONS)
  const incumbents = new RecentMap<string, Place>(POOLS)

  return (candidates, facts) => {
    const { clock, pool, wish } = facts
    const scored = byScore(candidates, (target) => costOf(target, facts))
    const talk = wish.conversation()
    const key = talk === undefined ? undefined : `${pool}\n${talk}`
    const held = key === undefined ? undefined : placed(scored, places.get(key), clock.now())
    const kept = held !== undefined && healthOf(held.target, facts) >= POORLY ? held : undefined
    // What chance alone has chosen becomes nobody's place.
    if (kept === undefined && facts.random() < EXPLORED) return ahead(lot(scored, facts), scored)
    const first = kept ?? better(scored, incumbents.get(pool), facts)
    if (first === undefined || facts.dry === true) return ahead(first, scored)
    const place = placeOf(first.target, clock.now() + STICKY_MS)
    if (key !== undefined) places.set(key, place)
    if (kept === undefined) incumbents.set(pool, place)
    return ahead(first, scored)
  }
}

/** The better of two drawn by lot; the one in place unless the other is clearly better. */
function better(scored: readonly Scored[], incumbent: Place | undefined, facts: Facts): Scored | undefined {
  const one = lot(scored, facts)
  const other = lot(
    scored.filter((candidate) => candidate !== one),
    facts,
  )
  if (one === undefined || other === undefined) return one
  const [good, bad] = (one.score ?? 0) <= (other.score ?? 0) ? [one, other] : [other, one]
  const holds = placed([bad], incumbent, facts.clock.now()) !== undefined
  return holds && (good.score ?? 0) > (bad.score ?? 0) * (1 - HYSTERESIS) ? bad : good
}

function lot(among: readonly Scored[], { random }: Facts): Scored | undefined {
  return among[Math.floor(random() * among.length)]
}

function ahead(first: Scored | undefined, scored: readonly Scored[]): readonly Scored[] {
  return first === undefined ? scored : [first, ...scored.filter((other) => other !== first)]
}

/** Milliseconds a client may expect to wait there, dearer where calls fail. Nothing known: worth one call to learn. */
function costOf({ provider, model }: Target, { vitals, clock }: Facts): number {
  const seen = vitals.model(provider.name, model)
  const busy = seen.pending + 1
  if (needsSample(seen, clock)) return seen.pending === 0 ? 0 : UNKNOWN_MS * busy
  return ((seen.firstContentMs ?? UNKNOWN_MS) * busy) / Math.max(seen.health, LEAST_HEALTH)
}

/** What a first word takes with most providers, where we have not seen any. */
const UNKNOWN_MS = 1000
const LEAST_HEALTH = 0.01

function healthOf({ provider, model }: Target, { vitals }: Facts): number {
  return vitals.model(provider.name, model).health
}

function placed(scored: readonly Scored[], place: Place | undefined, now: number): Scored | undefined {
  if (place === undefined || place.until < now) return undefined
  return scored.find(({ target }) => target.provider.name === place.provider && target.model === place.model)
}

function placeOf({ provider, model }: Target, until: number): Place {
  return { provider: provider.name, model, until }
}
