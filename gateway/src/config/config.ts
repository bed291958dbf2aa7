/** The configuration as the house is built from it: every default filled in, every value checked. */

import type { FallbackName, JsonObject, MidStream, ModelSheet, RetryPolicy, StrategyName } from '#core'

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
  /** Those of them that count behind the prefix of every provider which has none of the name. */
  readonly defaultAliases?: Readonly<Record<string, string>>
  readonly aliasRules?: AliasRulesConfig
  /** Whose a model is, by a pattern of its name with `*` and `?`; looked at before what is known for all. */
  readonly modelTable?: readonly { readonly match: string; readonly provider: string }[]
  /** Which models may be asked for, in the lines of a filter file; absent: all. */
  readonly modelFilter?: readonly string[]
  /** What is known of models here, by `model` or `provider:model`; stronger than the catalogue. */
  readonly modelFacts?: Readonly<Record<string, ModelSheet>>
  /** Absent: lists are kept for a few minutes, in memory alone. */
  readonly modelCache?: ModelCacheConfig
  /** Absent: none. */
  readonly topModels?: TopModelsConfig
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
  /** Absent means the last thousand, in memory only. */
  readonly traces?: TracesConfig
  /** Absent means none. */
  readonly plugins?: PluginsConfig
  /** Who may enter besides whoever has the gate key; each by keys of its own. */
  readonly clients?: readonly ClientConfig[]
  readonly logLevel: LogLevel
  /** Requests after which a line sums them up; 0 or absent is never. */
  readonly logSummaryEvery?: number
  readonly environment?: 'development' | 'staging' | 'production'
  /** Whether a change of the files it was read from is taken over by itself. */
  readonly watch?: boolean
  /** Non-fatal findings to tell at start. */
  readonly warnings: readonly string[]
}

/** What comes from outside the house, and what is built in to stand beside it. */
export interface PluginsConfig {
  /** They bring provider types. */
  readonly modules: readonly PluginModule[]
  /** In the order of requests. */
  readonly middleware: readonly MiddlewareConfig[]
  /** Milliseconds that each hook may take; 0 is no limit. */
  readonly hookTimeoutMs: number
  /** Absent means that none are kept. */
  readonly thoughtSignatures?: ThoughtSignaturesConfig
}

export interface PluginModule {
  /** A path, a `file:` URL or the name of a package. */
  readonly module: string
  /** Where it was named, for people. */
  readonly where: string
}

/** Either `use` or `module` is present. */
export interface MiddlewareConfig {
  /** Name of a built-in one. */
  readonly use?: string
  /** As of a `PluginModule`. */
  readonly module?: string
  /** Where it was named, for people. */
  readonly where: string
  readonly options: JsonObject
  /** Names of those it is for; absent means all. */
  readonly providers?: readonly string[]
  /** Patterns of the providers' names of models, with `*` and `?`; absent means all. */
  readonly models?: readonly string[]
  /** Absent: that of all. */
  readonly hookTimeoutMs?: number
}

export interface ThoughtSignaturesConfig {
  readonly maxSize: number
  readonly ttlMs: number
  readonly sweepMs: number
}

/** What is kept of the decisions about exchanges. */
export interface TracesConfig {
  /** How many stay in memory; 0 is none. */
  readonly size: number
  /** Path of a file that gets each as a line of JSON. */
  readonly file?: string
}

export interface ClientConfig {
  readonly name: string
  /** SHA-256 of each of its keys, in hexadecimal. */
  readonly keyHashes: readonly string[]
  /** Lines of a model filter; absent: every model. */
  readonly models?: readonly string[]
  /** Absent: every provider. */
  readonly providers?: readonly string[]
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export interface ServerConfig {
  readonly host: string
  readonly port: number
  /** All ports to listen on, that one among them; absent: it alone. */
  readonly ports?: readonly number[]
  /** The gate key; absent means the gate is open. */
  readonly proxyApiKey?: string
  /** The key of management; absent: only callers on this machine may change anything. */
  readonly adminApiKey?: string
  /** Bytes. */
  readonly bodyLimit: number
  /** Bytes of a body that is only passed on. */
  readonly forwardLimit: number
  /** Milliseconds that running exchanges get to end after SIGTERM. */
  readonly shutdownGraceMs: number
  /** Milliseconds of silence in a stream after which a keep-alive is written. */
  readonly keepAliveMs: number
  /** Origins whose pages may ask; `*` is any, without credentials. Absent: none. */
  readonly corsOrigins?: readonly string[]
  /** Names by which this gateway may be called besides those of the machine itself. Absent: none. */
  readonly allowedHosts?: readonly string[]
  /** Networks and names that providers may have although they came in through the API. */
  readonly upstreamAllow?: readonly string[]
  /** Milliseconds in which a request's head must be there. */
  readonly headMs?: number
  /** Milliseconds in which the whole request must be there. */
  readonly requestMs?: number
  /** Connections at once; absent: no bound. */
  readonly maxConnections?: number
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
  /** Its address came in through the API, and is held to what such addresses may be. */
  readonly guarded?: boolean
  /** So did the address of its token server, or the credentials that name it. */
  readonly guardedTokens?: boolean
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
  /** Those that its type brings along: they count only as whole names. */
  readonly typeAliases?: Readonly<Record<string, string>>
  /** What it calls models that clients call otherwise. */
  readonly modelMap?: Readonly<Record<string, string>>
  readonly apiVersion?: string
  /** Options that mean nothing here; kept to be shown. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** Present for types that take them. */
  readonly aws?: AwsSettings
  readonly vertex?: VertexSettings
  readonly azure?: AzureSettings
  readonly limits?: ProviderLimitsConfig
  /** Whether names of tools are made fit for it. */
  readonly toolNameSanitization?: boolean
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
  /** `provider:model`, or the name of another virtual model; in order. */
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
  /** Whether a prefix that names nobody is an error and not part of a model's name. */
  readonly strictPrefix?: boolean
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

/** How lists of models are kept. */
export interface ModelCacheConfig {
  readonly enabled: boolean
  /** Milliseconds a list is good; absent means five minutes in memory, a day on disk. */
  readonly ttlMs?: number
  /** Milliseconds that a list of several providers waits for one of them; absent means a second and a half. */
  readonly waitMs?: number
  /** Absent: nothing is kept on disk. */
  readonly dir?: string
}

export interface TopModelsConfig {
  /** `manual_rankings`, `disabled`, or the name or type of a provider whose list is taken in its order. */
  readonly source: string
  /** The best first. */
  readonly rankings: readonly RankedModel[]
  /** As it was named. */
  readonly rankingsFile?: string
  /** Parts of names that hide a model. */
  readonly exclude: readonly string[]
  readonly timeoutMs: number
}

export interface RankedModel {
  /** As it is asked for, with or without a provider. */
  readonly id: string
  readonly name?: string
}
