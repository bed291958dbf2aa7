/**
 * Keeps the configuration that runs: the sources as they were read, what was said since, and those that ran before. Every change is built
 * as a whole and then takes effect as a whole, or nothing changes.
 */

import {
  configOf,
  type Difference,
  differences,
  effective,
  type GatewayConfig,
  type LoadOptions,
  overlaid,
  readSources,
  type RuntimeLayer,
  SILENT,
  sourceFiles,
  type Sources,
} from '#config'
import { GatewayError } from '#core'
import { ChangeQueue } from './change-queue.ts'

/** Where the configuration comes from. */
export interface ConfigSources {
  readonly options: LoadOptions
  /** What was read there at the start. */
  readonly read: Sources
  /** How they are to be read now: which types of providers there are may have changed. */
  again(): Promise<LoadOptions>
}

export interface KeeperParts {
  readonly sources: ConfigSources
  /** With what the gateway was started. */
  readonly config: GatewayConfig
  /** Takes another configuration, or throws and changes nothing. */
  readonly apply: (config: GatewayConfig) => Promise<void>
}

export interface State {
  readonly options: LoadOptions
  readonly sources: Sources
  readonly runtime: RuntimeLayer
  readonly config: GatewayConfig
}

/** One order. */
export interface Order {
  readonly runtime: RuntimeLayer
  /** Absent: as they were read last. */
  readonly sources?: Sources
  /** Looks at what would come of it. Throws to stop it. */
  readonly check?: (next: State) => void
  /** Keeps it beyond the next reading of the sources. What it returns undoes that. */
  readonly persist?: (state: State, next: State) => Promise<() => Promise<void>>
}

/** Configurations to go back to. */
const REMEMBERED = 10

/** What the door has taken for good. */
const FIXED = ['host', 'port', 'shutdownGraceMs', 'headMs', 'requestMs', 'maxConnections'] as const

export class ConfigKeeper {
  readonly #parts: KeeperParts
  readonly #queue = new ChangeQueue()
  readonly #before: State[] = []
  #state: State
  #onChange: () => void = () => undefined
  #onWriting: () => void = () => undefined

  constructor(parts: KeeperParts) {
    const { sources, config } = parts
    this.#parts = parts
    this.#state = { options: sources.options, sources: sources.read, runtime: SILENT, config }
  }

  /** Called after each change that took effect, and after each writing that was taken back. */
  onChange(listener: () => void): void {
    this.#onChange = listener
  }

  /** Called before one of the files may be written. */
  onWriting(listener: () => void): void {
    this.#onWriting = listener
  }

  /** The state after all changes that were ordered before. */
  now(): Promise<State> {
    return this.#queue.run(() => Promise.resolve(this.#state))
  }

  /** One change that depends on how things stand at its turn. */
  change(order: (state: State) => Promise<Order> | Order): Promise<State> {
    return this.#queue.run(async () => {
      const state = this.#state
      const { runtime, sources = state.sources, check, persist } = await order(state)
      const next = stateOf(state.options, sources, runtime)
      check?.(next)
      if (persist !== undefined) this.#onWriting()
      const undo = await persist?.(state, next)
      try {
        return await this.#become(next)
      } catch (thrown) {
        await undo?.()
        // What we have written and taken back is no change of the files.
        this.#onChange()
        throw thrown
      }
    })
  }

  /** Reads all sources again; what was said since is gone. */
  reload(): Promise<State> {
    return this.#queue.run(async () => {
      const options = await this.#parts.sources.again()
      return this.#become(stateOf(options, readSources(options), SILENT))
    })
  }

  /** The configuration before the last change. */
  rollback(): Promise<State> {
    return this.#queue.run(async () => {
      const state = this.#before.pop()
      if (state === undefined) {
        throw new GatewayError('not-found', 'There is no earlier configuration to go back to.', {
          status: 409,
        })
      }
      try {
        await this.#parts.apply(state.config)
      } catch (thrown) {
        this.#before.push(state)
        throw thrown
      }
      return this.#hold(state)
    })
  }

  /** What runs against what the sources say now, as it may be seen. */
  async difference(): Promise<readonly Difference[]> {
    const { sources, runtime, options } = await this.now()
    const fresh = await this.#parts.sources.again()
    return differences(
      effective(overlaid(sources, runtime), options).entries,
      effective(readSources(fresh), fresh).entries,
    )
  }

  /** Settings that say something else than what the door was opened with. */
  needsRestart({ config }: State): readonly string[] {
    const opened = this.#parts.config.server
    return FIXED.filter((name) => config.server[name] !== opened[name]).map((name) => NAMES[name])
  }

  /** Files that a change of is a change of the configuration. */
  files(): readonly string[] {
    const { options, sources } = this.#state
    return sourceFiles(options, sources)
  }

  /** As it is, whatever is under way. */
  get state(): State {
    return this.#state
  }

  async idle(): Promise<void> {
    await this.#queue.idle()
  }

  async #become(next: State): Promise<State> {
    await this.#parts.apply(next.config)
    this.#before.push(this.#state)
    if (this.#before.length > REMEMBERED) this.#before.shift()
    return this.#hold(next)
  }

  #hold(state: State): State {
    this.#state = state
    this.#onChange()
    return state
  }
}

const NAMES: Readonly<Record<(typeof FIXED)[number], string>> = {
  host: 'server.host',
  port: 'server.port',
  shutdownGraceMs: 'server.shutdown_grace',
  headMs: 'server.header_timeout',
  requestMs: 'server.request_timeout',
  maxConnections: 'server.max_connections',
}

function stateOf(options: LoadOptions, sources: Sources, runtime: RuntimeLayer): State {
  return { options, sources, runtime, config: configOf(overlaid(sources, runtime), options) }
}
