/** Chooses the ordered targets of a request and tries them until one commits. The only step that changes the target. */

import { asGatewayError, type Clock, type GatewayError, isObject, type MidStream, type Random } from '#core'
import type { Provider } from '#providers'
import type { Answer } from '../answer.ts'
import { ContinuedStream } from '../continuation/continued-stream.ts'
import { type AttemptRecord, type Exchange, isAt, lacksKey, type Target } from '../exchange.ts'
import type { Room } from '../limit/limit.ts'
import type { Observer } from '../settle.ts'
import type { Call, Step } from '../step.ts'
import type { Barrier, Vitals } from '../vitals.ts'
import { able, isAble } from './able.ts'
import { type Failure, mayFollow } from './fallback/after.ts'
import { type Alternative, Fallback } from './fallback/fallback.ts'
import type { ModelFacts } from './model-facts.ts'
import { Order, type Ordering, strategyAsked } from './order.ts'
import { RequestFacts } from './request-facts.ts'
import { choose } from './resolve.ts'
import type { RouteRules } from './rule.ts'
import type { Turns } from './turns.ts'

export interface RouteParts {
  readonly rules: RouteRules
  readonly providers: ReadonlyMap<string, Provider>
  readonly observer: Observer
  readonly clock: Clock
  readonly random: Random
  readonly vitals: Vitals
  readonly barrier: Barrier
  readonly models: ModelFacts
  readonly turns: Turns
  /** What becomes of a stream that breaks off after its first content. */
  readonly midStream: MidStream
  /** Whether late first contents are asked for a second time. */
  readonly hedging: boolean
  /** Waits for whichever of these full ones has room first. */
  readonly roomAt: (exchange: Exchange, targets: readonly Target[]) => Promise<Room>
}

interface House extends RouteParts {
  readonly order: Order
  readonly fallback: Fallback
}

/** How one request is routed. */
interface Plan {
  /** In the order of trying. */
  readonly targets: readonly Target[]
  readonly ordering: Ordering
  readonly wish: RequestFacts
}

export function route(parts: RouteParts): Step {
  const { rules, providers, random, turns } = parts
  const order = new Order(parts)
  const fallback = new Fallback({
    order,
    random,
    providers,
    turns,
    filter: rules.filter,
    configured: rules.fallback,
  })
  const house: House = { ...parts, order, fallback }
  return (next) => (exchange) => tryInOrder(exchange, next, house)
}

/** Throws what ends the exchange before anybody is asked. */
function planned(exchange: Exchange, { rules, providers, models, order, fallback, hedging }: House): Plan {
  const { headers, client, head } = exchange
  const found = choose({ model: head.model, headers, client }, rules, providers)
  const wish = new RequestFacts(exchange)
  const { targets: candidates, lacking } = able(exchange, found.candidates, wish, models)
  const ordering = { found, candidates, wish, strategy: strategyAsked(headers), lacking, client }
  const mayAsk = (target: Target) => isAble(exchange, target, wish, models)
  exchange.route = fallback.sparing(order.route(ordering), ordering, mayAsk)
  if (hedging && head.stream)
    exchange.mayAskBeside = (target) =>
      fallback.mayAskBeside(target, ordering) && !lacksKey(exchange, target) && mayAsk(target)
  return { ordering, wish, targets: exchange.route.targets }
}

async function tryInOrder(exchange: Exchange, next: Call, house: House): Promise<Answer> {
  const plan = planned(exchange, house)
  const { targets } = plan
  const { fallback, observer, models } = house
  let told: GatewayError | undefined
  let rest: Alternative[] | undefined
  /** Had no room while others seemed to stand ready. */
  let full: Target[] = []
  /** Those that are waited for, now that nobody else is any help. */
  let awaited: readonly Target[] = []
  let failure: Failure | undefined
  for (let target = targets[0]; target !== undefined;) {
    const asked = exchange.attempts.length
    const more =
      rest === undefined
        ? fallback.mayHave(plan.ordering, targets, exchange)
        : rest.some((other) => !lacksKey(exchange, other.target))
    exchange.hasAlternative = more && !fallback.isPatient(plan.ordering)
    exchange.forgetTried()
    const { stream, several } = exchange.head
    // Nobody could go on with several answers at once.
    exchange.mayContinue = more && house.midStream === 'continue' && stream && several === undefined
    let room: Room | undefined
    try {
      if (awaited.length > 0) {
        room = await house.roomAt(exchange, awaited)
        target = room.target
        full = awaited.filter((other) => other !== room?.target)
        if (failure !== undefined && target !== failure.target)
          observer.onFailover?.(exchange, failure.target, target, failure.error)
      }
      exchange.target = target
      exchange.room = room
      exchange.goesOnWhenFull = exchange.hasAlternative || full.length > 0
      const answer = await next(exchange)
      return exchange.mayContinue ? continuing(answer, exchange, next, house, plan, rest) : answer
    } catch (thrown) {
      const error = asGatewayError(thrown)
      const verdict = verdictOn(error, exchange.attempts.length === asked, told)
      if (!verdict.hidden) told = error
      if (!verdict.goesOn || exchange.cancellation.cancelled) break
      if (error.type === 'busy' && awaited.length === 0 && exchange.goesOnWhenFull) full.push(target)
      rest ??= alternatives(exchange, target, house, plan)
      rest = rest.filter((other) => !hasFailed(other.target, exchange.attempts))
      const failed = { error, target }
      failure = failed
      let following = takeFollowing(rest, failed, models)
      awaited = []
      if (following === undefined && full.length > 0) {
        // Nobody else was any help: whoever is full and has room first is asked after all.
        awaited = full.filter((other) => mayFollow(failed, other, true, models))
        following = awaited[0]
        full = []
        rest = []
        if (told?.type === 'busy') told = undefined
      } else if (following !== undefined) {
        observer.onFailover?.(exchange, target, following, error)
      }
      target = following
    } finally {
      room?.giveBack()
      exchange.room = undefined
    }
  }
  if (told === undefined) throw new Error('A route has at least one target.')
  throw exchange.attempts.length > 1 ? withAttempts(told, exchange) : told
}

/** Who may be asked after this failure; those before it are left out for good. */
function takeFollowing(rest: Alternative[], failure: Failure, models: ModelFacts): Target | undefined {
  const place = rest.findIndex((other) => mayFollow(failure, other.target, other.declared, models))
  return rest.splice(0, place + 1).at(-1)?.target
}

/** Lets others go on with the stream should it break off. */
function continuing(
  answer: Answer,
  exchange: Exchange,
  next: Call,
  house: House,
  plan: Plan,
  rest: readonly Alternative[] | undefined,
): Answer {
  if (answer.type !== 'stream') return answer
  const target = answer.routed ?? answer.target
  const others = (error: GatewayError): readonly Target[] =>
    (rest ?? alternatives(exchange, target, house, plan))
      .filter((other) => mayFollow({ error, target }, other.target, other.declared, house.models))
      .map((other) => other.target)
      .filter((other) => !hasFailed(other, exchange.attempts))
  const { observer } = house
  return { ...answer, stream: new ContinuedStream(answer, { exchange, next, others, observer }) }
}

/** Asked in this exchange and no help: as the slower of two, for instance. Whoever was given up may yet answer. */
function hasFailed(target: Target, attempts: readonly AttemptRecord[]): boolean {
  return attempts.some(
    (attempt) => isAt(attempt, target) && attempt.error !== undefined && attempt.error !== 'cancelled',
  )
}

interface FailureVerdict {
  /** An earlier failure says more. */
  readonly hidden: boolean
  readonly goesOn: boolean
}

/** These end the exchange, wherever on the road they come up. */
const FINAL: ReadonlySet<string> = new Set(['deadline', 'internal', 'loop'])

/** `unasked`: no call was made. `told`: what an earlier target failed with. */
function verdictOn(error: GatewayError, unasked: boolean, told: GatewayError | undefined): FailureVerdict {
  const { next, blame } = error.traits
  const final = FINAL.has(error.type)
  // What could not even be asked, or does not have the model we ask it for, says nothing of why the others failed.
  if (told !== undefined && !final && (unasked || error.type === 'model-not-found')) {
    return { hidden: true, goesOn: true }
  }
  // What the caller must mend, another target cannot. A step of ours that lets nobody through concerns only this target.
  const refused = unasked && blame !== 'caller' && !final
  return { hidden: false, goesOn: next !== 'never' || refused }
}

/** Everybody else who may be asked; written into the route, so that a trace shows them. */
function alternatives(
  exchange: Exchange,
  first: Target,
  house: House,
  { ordering, wish }: Plan,
): Alternative[] {
  const chosen = exchange.route
  const line = house.fallback
    .after(first, chosen?.targets ?? [], ordering)
    .filter(({ target }) => isAble(exchange, target, wish, house.models))
  const name = house.fallback.nameFor(ordering)
  if (chosen !== undefined && name !== undefined) {
    exchange.route = { ...chosen, targets: [first, ...line.map(({ target }) => target)], fallback: name }
  }
  return line
}

/** The last failure, and beside it what was tried before (requirements M18). */
function withAttempts(failure: GatewayError, exchange: Exchange): GatewayError {
  const { details } = failure.facts
  const attempts = exchange.attempts.map(({ provider, model, status, error, ms }) => ({
    provider,
    model,
    ...(status === undefined ? {} : { status }),
    ...(error === undefined ? {} : { error }),
    ms: Math.round(ms),
  }))
  return failure.with({ details: { ...(isObject(details) ? details : {}), attempts } })
}
