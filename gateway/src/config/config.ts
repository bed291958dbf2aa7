/** The configuration as the house is built from it: every default filled in, every value checked. */

export interface GatewayConfig {
  readonly server: ServerConfig
  /** Name of the provider that serves unprefixed models; absent means lowest priority number, then first. */
  readonly defaultProvider?: string
  /** The default as asked for, even where that provider cannot be used. */
  readonly configuredDefault?: string
  /** Usable providers in configuration order. Empty: the embedded simulator answers as `demo`. */
  readonly providers: readonly ProviderConfig[]
  /** Providers that were begun but cannot be used, and why. */
  readonly partial: readonly PartialProvider[]
  /** Providers that are switched off. */
  readonly disabled?: readonly string[]
  /** Virtual models by name. */
  readonly models: Readonly<Record<string, VirtualModel>>
  /** Alias name to target. Resolved by a later room; carried here so that a file with aliases is valid today. */
  readonly aliases: Readonly<Record<string, string>>
  readonly timeouts: Timeouts
  /** Retries after the first attempt on one target. */
  readonly maxRetries: number
  readonly tokenLimits: TokenLimits
  readonly logLevel: LogLevel
  /** Non-fatal findings to tell at start. */
  readonly warnings: readonly string[]
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export interface ServerConfig {
  readonly host: string
  readonly port: number
  /** The gate key; absent means the gate is open. */
  readonly proxyApiKey?: string
  /** Bytes. */
  readonly bodyLimit: number
  /** Milliseconds that running exchanges get to end after SIGTERM. */
  readonly shutdownGraceMs: number
  /** Milliseconds of silence in a stream after which a keep-alive is written. */
  readonly keepAliveMs: number
}

export interface ProviderConfig {
  /** Lower-case. */
  readonly name: string
  /** Preset name, e.g. `openai`, `custom`. */
  readonly type: string
  /** Overrides the preset's dialect. */
  readonly dialect?: 'openai-chat' | 'openai-responses' | 'anthropic' | 'gemini' | 'ollama'
  /** As configured; normalised by the provider. Absent means the preset's. */
  readonly baseUrl?: string
  readonly apiKeys: readonly string[]
  /** The caller's key goes upstream instead of ours. */
  readonly passthrough: boolean
  /** Lower is better. */
  readonly priority: number
  readonly timeouts: Partial<Timeouts>
  readonly maxRetries?: number
  /** Extra upstream headers. */
  readonly headers: Readonly<Record<string, string>>
  readonly defaultModel?: string
  /** Listed without asking the upstream. */
  readonly models?: ModelClasses
  /** Every model the configuration lists for it, in a class or in a plain list. */
  readonly modelList?: readonly string[]
  /** Alias name to target within this provider. Resolved by a later room. */
  readonly aliases?: Readonly<Record<string, string>>
  readonly apiVersion?: string
  /** Kept connections per origin. */
  readonly connections?: number
}

export interface ModelClasses {
  readonly big: readonly string[]
  readonly middle: readonly string[]
  readonly small: readonly string[]
}

export interface PartialProvider {
  readonly name: string
  readonly reason: string
}

export interface VirtualModel {
  /** `provider:model`, in order. */
  readonly targets: readonly string[]
  readonly strategy: string
}

/** The five clocks, in milliseconds. 0 switches a clock off. */
export interface Timeouts {
  readonly connectMs: number
  /** From the request's end to the response headers; a whole answer must be complete by then. */
  readonly headersMs: number
  /** From the request's end to the first content of a stream. */
  readonly firstTokenMs: number
  /** Between two pieces of a stream. */
  readonly idleMs: number
  /** From the door to the last byte, all attempts together. */
  readonly totalMs: number
}

export interface TokenLimits {
  /** Requests above are lowered to it; absent means no limit. */
  readonly max?: number
  /** Requests below are raised to it; absent means none. */
  readonly min?: number
}
