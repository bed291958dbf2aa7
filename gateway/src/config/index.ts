/** The configuration: one schema, its sources, their merge. Knows the presets only as facts handed in. */

export type { LimitsConfig, ProviderLimitsConfig } from './config.ts'
export type {
  AwsSettings,
  AzureSettings,
  GatewayConfig,
  LogLevel,
  ModelCacheConfig,
  ModelClasses,
  MiddlewareConfig,
  PartialProvider,
  PluginModule,
  PluginsConfig,
  ProviderConfig,
  RankedModel,
  RoutingConfig,
  ServerConfig,
  Timeouts,
  TokenLimits,
  TopModelsConfig,
  ThoughtSignaturesConfig,
  TracesConfig,
  VertexSettings,
  VirtualModel,
} from './config.ts'
export { effectiveDefault } from './default-provider.ts'
export { fingerprint } from './fingerprint.ts'
export type { Flags } from './flags.ts'
export { loadConfig, type LoadedConfig, modulesNamed } from './load.ts'
export { placeOf, type Origin } from './origin.ts'
export { ConfigError, problemLine, type Problem } from './problem.ts'
export type { LoadOptions } from './sources.ts'
export { differences, type Difference } from './difference.ts'
export { effective, explainField, inspect, type Effective, type Explanation } from './inspect.ts'
export { configOf } from './load.ts'
export { replacementOf } from './file-replacement.ts'
export { maskedTree, openSecrets, sealedTree } from './masks.ts'
export { type ProvidersFile, providersFile, writtenChange } from './providers-file.ts'
export {
  changedLayer,
  isHidden,
  overlaid,
  type RuntimeChange,
  type RuntimeLayer,
  saidChange,
  saidSettings,
  SILENT,
  silencedLayer,
} from './runtime-layer.ts'
export {
  guardedLayer,
  guardedNames,
  liftedGuards,
  type SaidAddress,
  saidAddresses,
} from './said-addresses.ts'
export { sourceFiles } from './source-files.ts'
export { shownValue } from './secret.ts'
export { fieldName, isTable, type Layer } from './setting.ts'
export { readSources, type Sources } from './sources.ts'
export { localOllama } from './implicit-ollama.ts'
export { jsonSchema } from './json-schema.ts'
export { type DocumentedFlag, type DocumentedFlags, referencePage } from './reference-page.ts'
export { RENDERINGS } from './render.ts'
export { isSealed, seal, SECRET_KEY_VARIABLE } from './sealed.ts'
export { starterFile } from './starter.ts'
export { listVariables } from './variable-list.ts'
export { environmentLayer, providersIn, variableName, variablesOf } from './environment.ts'
export { type FileFormat, type ParsedText, PARSERS, SyntaxFault } from './file-formats.ts'
export { settingsSchema } from './schema.ts'
