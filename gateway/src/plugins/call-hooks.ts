/** The hooks of one call: those that steer change what goes on, those that observe see it; each in its turn. */

import { type ChatEvent, fold, GatewayError, unfold } from '#core'
import { type Budget, runNow, runWithin } from './budget.ts'
import { frozen } from './frozen.ts'
import { headerFault, type HeaderSide } from './header-rules.ts'
import type {
  AnswerEvent,
  Asked,
  AskedChange,
  Ending,
  HeaderChanges,
  HookedCall,
  Middleware,
} from './middleware.ts'
import { answerInItsWords, eventInItsWords } from './other-words.ts'

export interface Hooked {
  readonly middleware: Middleware
  readonly budget: Budget
  readonly steers: boolean
}

export class CallHooks {
  readonly #those: readonly Hooked[]
  /** In the order of answers. */
  readonly #back: readonly Hooked[]
  readonly #call: HookedCall
  readonly #report: (fault: unknown) => void
  #completed = false

  constructor(those: readonly Hooked[], call: HookedCall, report: (fault: unknown) => void) {
    this.#those = those
    this.#back = those.toReversed()
    this.#call = call
    this.#report = report
  }

  /** What all of them together make of the request. */
  async request(asked: Asked): Promise<AskedChange> {
    let change: AskedChange = {}
    for (const one of this.#those) {
      const { middleware, budget, steers } = one
      if (middleware.request === undefined) continue
      const seen = seenOf(asked, change)
      const act = () => middleware.request?.(seen, this.#call)
      if (!steers) {
        this.#observe(one, 'request', act)
        continue
      }
      const told = await runWithin(budget, 'request', act)
      if (typeof told === 'object') change = together(change, told, budget.middleware)
    }
    return change
  }

  /** Whether anybody looks at the answer. */
  get readsAnswer(): boolean {
    return this.#those.some(({ middleware }) => readsAnswers(middleware))
  }

  /** Whether what the client gets may be something else than what came. */
  changesAnswer(): boolean {
    return this.#those.some(({ middleware, budget, steers }) => {
      const { changesAnswers: says = true } = middleware
      if (!steers || !readsAnswers(middleware)) return false
      return typeof says === 'boolean' ? says : runNow(budget, 'changesAnswers', () => says(this.#call))
    })
  }

  /** Events of a stream. Throws what a steering hook failed with. */
  events(events: readonly ChatEvent[]): readonly ChatEvent[] {
    let now = events
    for (const one of this.#back) {
      if (one.middleware.event !== undefined) now = this.#eventsThrough(one, now)
    }
    return now
  }

  /** A whole answer, as the events it folds from. */
  async response(events: readonly ChatEvent[]): Promise<readonly ChatEvent[]> {
    let now = events
    for (const one of this.#back) {
      const { middleware, budget, steers } = one
      if (middleware.response === undefined) {
        if (middleware.event !== undefined) now = this.#eventsThrough(one, now)
        continue
      }
      const whole = frozen(fold(now))
      const act = () => middleware.response?.(whole, this.#call)
      if (!steers) {
        this.#observe(one, 'response', act)
        continue
      }
      const told = await runWithin(budget, 'response', act)
      if (typeof told === 'object') now = unfold(answerInItsWords(told, whole))
    }
    return now
  }

  /** Names in lower case. */
  headers(): Readonly<Record<string, string>> | undefined {
    let all: Record<string, string> | undefined
    for (const { middleware, budget, steers } of this.#back) {
      if (middleware.headers === undefined || !steers) continue
      const told = runNow(budget, 'headers', () => {
        const headers = middleware.headers?.(this.#call)
        return typeof headers === 'object' ? checked('answer', headers) : {}
      })
      all = { ...all, ...told }
    }
    return all
  }

  /** However often it is told, hooks hear it once. */
  complete(ending: Ending): void {
    if (this.#completed) return
    this.#completed = true
    for (const one of this.#back) {
      const { middleware } = one
      if (middleware.complete !== undefined)
        this.#observe(one, 'complete', () => middleware.complete?.(ending, this.#call))
    }
  }

  #eventsThrough({ middleware, budget, steers }: Hooked, events: readonly ChatEvent[]): readonly ChatEvent[] {
    const out: ChatEvent[] = []
    for (const event of events) {
      // How it broke off is the road's affair, and `complete` tells it.
      if (event.type === 'error') {
        out.push(event)
        continue
      }
      const act = () => after(event, middleware.event?.(frozen(event), this.#call))
      if (steers) {
        out.push(...runNow(budget, 'event', act))
        continue
      }
      out.push(event)
      try {
        runNow(budget, 'event', act)
      } catch (fault) {
        this.#report(fault)
      }
    }
    return out
  }

  /** Nobody waits for it. */
  #observe({ budget }: Hooked, hook: string, act: () => unknown): void {
    runWithin(budget, hook, act).catch(this.#report)
  }
}

function readsAnswers(middleware: Middleware): boolean {
  return middleware.response !== undefined || middleware.event !== undefined
}

/** The request as those before have left it. */
function seenOf(asked: Asked, { request, model = asked.model }: AskedChange): Asked {
  return {
    get request() {
      return frozen(request ?? asked.request)
    },
    model,
  }
}

function together(before: AskedChange, told: AskedChange, middleware: string): AskedChange {
  if (told.model !== undefined && (typeof told.model !== 'string' || told.model === ''))
    throw broken(middleware, 'request', 'its model is no name')
  if (told.request !== undefined && !Array.isArray(told.request.messages))
    throw broken(middleware, 'request', 'its request has no messages')
  const headers =
    told.headers === undefined ? before.headers : joined(before.headers, told.headers, middleware)
  return { ...before, ...told, ...(headers === undefined ? {} : { headers }) }
}

function joined(before: HeaderChanges = {}, told: HeaderChanges, middleware: string): HeaderChanges {
  try {
    const remove = Object.keys(
      checked('request', Object.fromEntries((told.remove ?? []).map((name) => [name, '']))),
    )
    const kept = Object.entries(before.set ?? {}).filter(([name]) => !remove.includes(name))
    return {
      set: { ...Object.fromEntries(kept), ...checked('request', told.set ?? {}) },
      remove: [...(before.remove ?? []), ...remove],
    }
  } catch (fault) {
    throw broken(middleware, 'request', fault instanceof Error ? fault.message : 'its headers')
  }
}

function checked(side: HeaderSide, headers: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]): [string, string] => {
    const fault = typeof value === 'string' ? headerFault(side, name, value) : `"${name}" has no text`
    if (fault !== undefined) throw new Error(fault)
    return [name.toLowerCase(), value]
  })
  return Object.fromEntries(entries)
}

/** What an event has become. The last one of an answer cannot be taken away, and none before it can end the answer. */
function after(
  event: AnswerEvent,
  told: ReturnType<NonNullable<Middleware['event']>>,
): readonly AnswerEvent[] {
  if (told === undefined) return [event]
  const list: readonly unknown[] = Array.isArray(told) ? told : [told]
  const events = list.filter(isEvent).map((each) => eventInItsWords(each, event))
  if (events.length < list.length) throw new Error('A hook for events answered with something that is none.')
  const ends = events.filter(({ type }) => type === 'finish').length
  if (event.type !== 'finish' && ends > 0) throw new Error('A hook ended an answer that goes on.')
  return event.type === 'finish' && ends !== 1
    ? [...events.filter(({ type }) => type !== 'finish'), event]
    : events
}

function isEvent(value: unknown): value is AnswerEvent {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

function broken(middleware: string, hook: string, what: string): GatewayError {
  return new GatewayError('internal', `The middleware "${middleware}" failed in its hook "${hook}": ${what}.`)
}
