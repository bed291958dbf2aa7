/**
 * The plugins of a configuration: loaded, initialised in order, cleaned up in reverse. One whose settings are as they were before stays
 * what it was, with all it remembers; it is cleaned up when the last configuration that uses it has been left.
 */

import type { GatewayConfig, PluginModule } from '#config'
import { type Clock, type ErrorType, GatewayError } from '#core'
import type { Preset } from '#providers'
import { runWithin } from './budget.ts'
import { Chain } from './chain.ts'
import { loadModule, pluginFault } from './load-module.ts'
import { middlewareFault } from './middleware-fault.ts'
import type { Middleware, MiddlewareTools } from './middleware.ts'
import { sameMiddleware, type Wanted, wantedBy } from './wanted.ts'

/** How long one may take to get ready, or to put its things away. */
const LIFECYCLE_MS = 30_000

export interface PluginParts {
  readonly clock: Clock
  readonly log: (message: string, facts: Readonly<Record<string, unknown>>) => void
  /** What goes wrong where nobody waits for it. */
  readonly report: (fault: unknown) => void
}

/** A middleware that several configurations may use, the last of which cleans it up. */
interface Shared {
  readonly middleware: Middleware
  users: number
  initialized: boolean
}

interface Used {
  readonly wanted: Wanted
  readonly shared: Shared
}

export interface MiddlewareState {
  readonly name: string
  readonly role: 'steering' | 'observing'
  readonly initialized: boolean
}

export class Plugins {
  /** Provider types that modules have brought. */
  readonly types: readonly Preset[]
  /** Undefined: no middleware is wanted. */
  readonly chain: Chain | undefined
  readonly #used: readonly Used[]
  readonly #parts: PluginParts

  constructor(used: readonly Used[], types: readonly Preset[], parts: PluginParts) {
    this.#used = used
    this.types = types
    this.#parts = parts
    const running = used.map(({ wanted, shared }) => ({ ...wanted.use, middleware: shared.middleware }))
    this.chain = running.length === 0 ? undefined : new Chain({ ...parts, running })
  }

  earlier(wanted: Wanted): Shared | undefined {
    return this.#used.find((used) => used.shared.initialized && sameMiddleware(used.wanted, wanted))?.shared
  }

  states(): readonly MiddlewareState[] {
    return this.#used.map(({ shared: { middleware, initialized } }) => ({
      name: middleware.name,
      role: middleware.role ?? 'steering',
      initialized,
    }))
  }

  /** No request of this configuration is under way any more. */
  async close(): Promise<void> {
    for (const { shared } of this.#used.toReversed()) await release(shared, this.#parts)
  }
}

/** Throws `invalid-request` when a plugin cannot be had, with its place; nothing is left behind then. */
export async function openPlugins(
  config: Pick<GatewayConfig, 'plugins' | 'providers'>,
  parts: PluginParts,
  before?: Plugins,
): Promise<Plugins> {
  const types = await typesOf(config.plugins?.modules ?? [])
  const used: Used[] = []
  try {
    for (const wanted of wantedBy(config))
      used.push({ wanted, shared: await sharedFor(wanted, used, parts, before) })
  } catch (thrown) {
    for (const { shared } of used.toReversed()) await release(shared, parts)
    throw thrown
  }
  return new Plugins(used, types, parts)
}

/** The provider types that these modules bring. Throws `invalid-request`. */
export async function typesOf(modules: readonly PluginModule[]): Promise<readonly Preset[]> {
  const types = new Map<string, Preset>()
  for (const place of modules) {
    const { providerTypes } = await loadModule(place)
    for (const type of providerTypes) {
      if (types.has(type.name)) throw pluginFault(place, `brings the provider type "${type.name}" once more`)
      types.set(type.name, type)
    }
  }
  return [...types.values()]
}

async function sharedFor(
  wanted: Wanted,
  used: readonly Used[],
  parts: PluginParts,
  before: Plugins | undefined,
): Promise<Shared> {
  const earlier = before?.earlier(wanted)
  // Two entries that are alike are two middlewares all the same.
  if (earlier !== undefined && !used.some(({ shared }) => shared === earlier)) {
    earlier.users++
    return earlier
  }
  const middleware = await made(wanted, parts)
  try {
    await runWithin(lifecycle(middleware, parts), 'initialize', () => middleware.initialize?.())
  } catch (thrown) {
    throw refused(wanted, `the middleware "${middleware.name}" failed to initialize`, thrown)
  }
  return { middleware, users: 1, initialized: true }
}

async function made(wanted: Wanted, parts: PluginParts): Promise<Middleware> {
  let middleware: unknown
  try {
    middleware = await wanted.make(toolsOf(wanted, parts))
  } catch (thrown) {
    if (thrown instanceof GatewayError) throw thrown
    throw refused(wanted, 'a middleware cannot be made', thrown)
  }
  const fault = middlewareFault(middleware)
  if (fault !== undefined) throw refused(wanted, fault)
  return middleware as Middleware // middlewareFault has looked at all of it
}

function toolsOf({ where }: Wanted, { clock, log }: PluginParts): MiddlewareTools {
  return {
    clock,
    log: (message, facts = {}) => log(message, { ...facts, middleware: where }),
    refusal: (type: ErrorType, message: string) => new GatewayError(type, message),
  }
}

async function release(shared: Shared, parts: PluginParts): Promise<void> {
  shared.users--
  if (shared.users > 0) return
  shared.initialized = false
  const { middleware } = shared
  try {
    await runWithin(lifecycle(middleware, parts), 'cleanup', () => middleware.cleanup?.())
  } catch (fault) {
    parts.report(fault)
  }
}

function lifecycle({ name }: Middleware, { clock }: PluginParts) {
  return { clock, middleware: name, limitMs: LIFECYCLE_MS }
}

/** The reason is the operator's to know: it stands in the message. */
function refused({ where }: Wanted, what: string, cause?: unknown): GatewayError {
  const root = cause instanceof GatewayError ? (cause.cause ?? cause) : cause
  const reason = root instanceof Error ? `: ${root.message}` : ''
  return new GatewayError('invalid-request', `${where}: ${what}${reason}`, { cause })
}
