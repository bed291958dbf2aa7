/** Runs one schedule to its end and tells every law it broke. */

import { type ChatEvent, isObject, arrayOf, objectOf, parseJson, stringOf } from '#core'
import type { BudgetRules } from '#pipeline'
import type { Plant } from './plants.ts'
import { type Fate, HEDGES, World } from './world.ts'
import { TEXT } from './upstream.ts'

/** More events than any schedule has: something runs for ever. */
const MOST_STEPS = 200_000
/** After the measuring of the warm-up. */
const FIRST_MS = 1000
/** So long after the last end nothing may be left: a connection that lingers is given less. */
const QUIET_MS = 2500
/** What a timer is late by at most. */
const LATE_MS = 1

export async function runSchedule(seed: number, plant?: Plant): Promise<string[]> {
  const world = new World(seed, plant)
  const { chance, clock } = world
  let at = FIRST_MS
  const count = chance.whole(3, 14)
  for (let i = 0; i < count; i++) {
    at += chance.whole(0, chance.maybe(0.5) ? 50 : 5000)
    clock.later(at, () => void world.ask())
  }
  if (!(await run(world, count))) return [`seed ${seed}: the schedule never ends`]
  const broken = lawsBroken(world)
  if (broken.length === 0) broken.push(...(await recovery(world)))
  return broken.map((law) => `seed ${seed}: ${law}`)
}

/**
 * Steps until every client has its end, and a little longer: what is still set then was forgotten. Promises are let to settle between
 * two events, as they would be.
 */
async function run(world: World, count: number): Promise<boolean> {
  const { clock, fates, limiter } = world
  let quiet: number | undefined
  let idle: number | undefined
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    await settled()
    const done = fates.length === count && fates.every(isOver)
    if (done) quiet ??= clock.now() + QUIET_MS
    if (limiter.waiting === 0 || !world.hasRoom) idle = undefined
    else idle ??= clock.now()
    if (idle !== undefined && clock.now() - idle > LATE_MS) world.overlooked = true
    if (!clock.step(quiet)) return done
  }
  return false
}

function within(times: readonly number[], from: number, until: number): number {
  return times.filter((time) => time > from && time <= until).length
}

function isOver({ settled: times, told, stream, error, overs }: Fate): boolean {
  return times > 0 && told > 0 && (!stream || error !== undefined || overs > 0)
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** No overload outlasts its cause: once all are well, everybody is served at the first asking. */
async function recovery(world: World): Promise<string[]> {
  world.heal()
  const before = world.fates.length
  const { clock } = world
  // Longer than the longest rest, with as many trials as a circuit wants.
  for (let i = 1; i <= 12; i++) clock.later(i * 60_000, () => void world.ask())
  clock.later(1_000_000, () => void world.ask())
  clock.later(1_030_000, () => void world.ask())
  if (!(await run(world, before + 14))) return ['requests have no end after all have healed']
  const last = world.fates.slice(-2)
  const broken = lawsBroken(world)
  const { state } = world.circuits.view('a')
  if (state !== 'closed') broken.push(`after all have healed the circuit of a is ${state}`)
  for (const fate of last) {
    if (fate.cancelledAt !== undefined) continue
    if (fate.outcome?.result !== 'completed')
      broken.push(`after all have healed ${fate.id} ends as ${fate.error?.type}`)
    if (fate.exchange.attempts.length > 2) broken.push(`after all have healed ${fate.id} takes many calls`)
  }
  return broken
}

function lawsBroken(world: World): string[] {
  const { clock, limiter, network, vitals, providers } = world
  const broken = world.fates.flatMap((fate) => faultsOf(fate, world))
  if (clock.pending > 0) broken.push(`${clock.pending} timers are left`)
  if (limiter.underWay !== 0) broken.push(`${limiter.underWay} slots were not given back`)
  if (world.overlooked) broken.push('requests waited though there was room')
  if (limiter.waiting !== 0) broken.push(`${limiter.waiting} requests wait for ever`)
  if (network.open !== 0) broken.push(`${network.open} calls are left open`)
  const { concurrency = Infinity } = world.limits
  for (const name of providers.keys()) {
    const { underWay } = limiter.gatesOf(name)
    if (underWay !== 0) broken.push(`${underWay} places at ${name} were not given back once each`)
    const most = network.most(name)
    if (most > concurrency) broken.push(`${most} calls at once to ${name}, which takes ${concurrency}`)
    const { pending } = vitals.provider(name)
    if (pending !== 0) broken.push(`${pending} calls to ${name} are still counted as under way`)
  }
  broken.push(...excess('retries', world.retried, world.asked, world.retryRules))
  broken.push(...excess('second calls', world.hedged, world.asked, HEDGES))
  return broken
}

const WINDOW_MS = 10_000

/**
 * A budget counts by windows of ten seconds of which the last one fades out: in any ten seconds no more can pass than two windows allow,
 * one over each.
 */
function excess(
  what: string,
  moments: readonly number[],
  asked: readonly number[],
  { share, floorPerSecond }: BudgetRules,
): string[] {
  const floor = (floorPerSecond * WINDOW_MS) / 1000
  return moments.flatMap((moment) => {
    const count = within(moments, moment - WINDOW_MS, moment)
    const allowed = 2 * (share * within(asked, moment - 3 * WINDOW_MS, moment) + floor + 1)
    return count > allowed ? [`${count} ${what} in ten seconds where ${allowed} are allowed`] : []
  })
}

function faultsOf(fate: Fate, { mostAttempts }: World): string[] {
  const { id, stream, events, settled: times, told, overs, outcome, exchange } = fate
  const faults: string[] = []
  const law = (holds: boolean, what: string) => void (holds || faults.push(`${id} ${what}`))
  law(times === 1, `was answered ${times} times`)
  law(told === 1, `ended ${told} times`)
  law(exchange.attempts.length <= mostAttempts, `took ${exchange.attempts.length} calls`)
  const terminals = events.filter(({ type }) => type === 'finish' || type === 'error')
  const streamed = stream && fate.error === undefined
  law(!streamed || overs === 1, `was over ${overs} times`)
  law(events.length === 0 || events[0]?.type === 'start', 'did not begin at the beginning')
  law(terminals.length <= 1, `had ${terminals.length} ends`)
  law(terminals.length === 0 || isTerminal(events.at(-1)), 'went on after its end')
  law(!streamed || fate.cancelledAt !== undefined || terminals.length === 1, 'had no end')
  // Of virtual time the gateway needs none: all of it was spent at providers or in the line.
  const { firstContentMs } = outcome ?? {}
  const spent = exchange.waitedMs + exchange.queuedMs
  law(
    firstContentMs === undefined || Math.abs(firstContentMs - spent) < 1,
    `accounts for ${spent} of ${firstContentMs} ms`,
  )
  if (outcome?.result === 'completed') {
    law(fate.used === 1, `was told ${fate.used} times what it used`)
    law(!streamed || terminals[0]?.type === 'finish', 'was called complete without a finish')
    // Who is asked to go on with a text that lacked only its end says a blank.
    const text = saidBy(fate).trimEnd()
    law(text === TEXT, `was called complete and said ${JSON.stringify(text)}`)
  }
  return faults
}

function isTerminal(event: ChatEvent | undefined): boolean {
  return event?.type === 'finish' || event?.type === 'error'
}

function saidBy({ said, text }: Fate): string {
  if (text === undefined) return said
  const wire = parseJson(text)
  const choice = isObject(wire) ? objectOf(arrayOf(wire['choices'])?.[0]) : undefined
  return stringOf(objectOf(choice?.['message'])?.['content']) ?? ''
}
