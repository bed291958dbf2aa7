/** The configuration: one schema, its sources, their merge. Knows the presets only as facts handed in. */

export type {
  GatewayConfig,
  LogLevel,
  ModelClasses,
  PartialProvider,
  ProviderConfig,
  ServerConfig,
  Timeouts,
  TokenLimits,
  VirtualModel,
} from './config.ts'
export { effectiveDefault } from './default-provider.ts'
export { fingerprint } from './fingerprint.ts'
export type { Flags } from './flags.ts'
export { loadConfig, type LoadedConfig, type LoadOptions } from './load.ts'
export { placeOf, type Origin } from './origin.ts'
export { ConfigError, problemLine, type Problem } from './problem.ts'
