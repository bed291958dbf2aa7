/** The configuration as the house is built from it: every default filled in, every value checked. */

import type { FallbackName, MidStream, RetryPolicy, StrategyName } from '#core'

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
  /** Alias name to target. */
  readonly aliases: Readonly<Record<string, string>>
  readonly aliasRules?: AliasRulesConfig
  /** Whose a model is, by a pattern of its name with `*` and `?`; looked at before what is known for all. */
  readonly modelTable?: readonly { readonly match: string; readonly provider: string }[]
  readonly routing?: RoutingConfig
  readonly timeouts: Timeouts
  /** Retries after the first attempt on one target. */
  readonly maxRetries: number
  readonly retryPolicy?: RetryPolicy
  readonly tokenLimits: TokenLimits
  readonly limits: LimitsConfig
  readonly breaker: BreakerConfig
  /** Milliseconds between probes of a provider; 0 is never; absent means only at the start. */
  readonly probeMs?: number
  /** Whether a late first content is asked for a second time. */
  readonly hedging?: boolean
  /** Whether identical requests share a call. */
  readonly singleFlight?: boolean
  /** Absent means `continue`. */
  readonly midStream?: MidStream
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
  /** Bytes of a body that is only passed on. */
  readonly forwardLimit: number
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
  readonly dialect?: 'openai-chat' | 'openai-responses' | 'anthropic' | 'gemini' | 'bedrock' | 'ollama'
  /** As configured; normalised by the provider. Absent means the preset's. */
  readonly baseUrl?: string
  readonly apiKeys: readonly string[]
  /** Shares of the keys, in their order. */
  readonly keyWeights?: readonly number[]
  readonly keyQuota?: KeyQuotaConfig
  /** The caller's key goes upstream instead of ours. */
  readonly passthrough: boolean
  /** Lower is better. */
  readonly priority: number
  /** Its share where targets are chosen by weight; absent means 1. */
  readonly weight?: number
  readonly timeouts: Partial<Timeouts>
  readonly maxRetries?: number
  readonly retryPolicy?: RetryPolicy
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
  /** Present for types that take them. */
  readonly aws?: AwsSettings
  readonly vertex?: VertexSettings
  readonly azure?: AzureSettings
  readonly limits?: ProviderLimitsConfig
  /** Kept connections per origin. */
  readonly connections?: number
}

/** Access to Amazon's cloud. Without keys its own chain of sources is asked. */
export interface AwsSettings {
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  readonly sessionToken?: string
  readonly region?: string
  readonly profile?: string
}

/** Access to Google's cloud. Without credentials its library looks for the usual ones. */
export interface VertexSettings {
  readonly project?: string
  readonly location?: string
  /** Path of a credentials file, or its JSON. */
  readonly credentials?: string
}

/** Access to Microsoft's cloud without an API key. */
export interface AzureSettings {
  readonly tenantId?: string
  readonly clientId?: string
  readonly clientSecret?: string
  readonly federatedTokenFile?: string
  /** Where tokens are asked for. */
  readonly authority?: string
  readonly managedIdentity?: boolean
  readonly identityEndpoint?: string
  readonly identityHeader?: string
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
  /** Absent: the house's. */
  readonly strategy?: StrategyName
  /** Absent: the house's. */
  readonly fallback?: FallbackName
  /** Shares of the targets, in their order. */
  readonly weights?: readonly number[]
}

/** How targets are put in order and who follows a failure, where nothing closer says so. */
export interface RoutingConfig {
  readonly strategy?: StrategyName
  readonly fallback?: FallbackName
  /** False switches strategies off altogether. */
  readonly loadBalancing?: boolean
  /** Milliseconds to first content beyond which a cheap target is no bargain. */
  readonly slowMs?: number
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

/** How much may pass at a time. 0 means no limit. */
export interface LimitsConfig {
  /** Requests at providers, all together. */
  readonly concurrency: number
  readonly queue: {
    /** Requests that may wait. */
    readonly size: number
    readonly timeoutMs: number
    /** Whether `X-Priority` is heeded. */
    readonly prioritization: boolean
    /** Milliseconds of waiting that lift a request by one class. */
    readonly ageingMs: number
  }
  /** Whether 429s lower the rate at which their provider is asked. */
  readonly adaptive: boolean
}

export interface ProviderLimitsConfig {
  readonly concurrency?: number
  /** By the upstream's name of the model. */
  readonly modelConcurrency?: Readonly<Record<string, number>>
  readonly requestsPerMinute?: number
  /** Of requests and answers together. */
  readonly tokensPerMinute?: number
}

/** What each key may be used for in a period. */
export interface KeyQuotaConfig {
  readonly requests?: number
  readonly tokens?: number
  readonly periodMs: number
}

/** When a provider is given a rest, and how it comes back. */
export interface BreakerConfig {
  readonly enabled: boolean
  /** Failures in a row. */
  readonly failures: number
  readonly recoveryMs: number
  readonly longestMs: number
  /** From 0 to 1; 0 is never. */
  readonly errorRate: number
  /** 0 is never. */
  readonly slowMs: number
  readonly slowRate: number
  readonly minimumVolume: number
  readonly windowMs: number
  /** Good trials that close it. */
  readonly trials: number
  readonly rampUpMs: number
  readonly perModel: boolean
}

export interface AliasRulesConfig {
  /** Whether an alias is found inside a longer name. */
  readonly substrings: boolean
  readonly maxChain: number
  readonly cacheMs: number
  readonly cacheSize: number
}
