/** The configuration: one schema, its sources, their merge. Knows the presets only as facts handed in. */

export type { LimitsConfig, ProviderLimitsConfig } from './config.ts'
export type {
  AwsSettings,
  AzureSettings,
  GatewayConfig,
  LogLevel,
  ModelClasses,
  PartialProvider,
  ProviderConfig,
  RoutingConfig,
  ServerConfig,
  Timeouts,
  TokenLimits,
  VertexSettings,
  VirtualModel,
} from './config.ts'
export { effectiveDefault } from './default-provider.ts'
export { fingerprint } from './fingerprint.ts'
export type { Flags } from './flags.ts'
export { loadConfig, type LoadedConfig, type LoadOptions } from './load.ts'
export { placeOf, type Origin } from './origin.ts'
export { ConfigError, problemLine, type Problem } from './problem.ts'
