/** The road. */

export type {
  Answer,
  BytesAnswer,
  AnswerStream,
  EndListener,
  StreamAnswer,
  StreamReader,
  VectorAnswer,
  WholeAnswer,
} from './answer.ts'
export { embedCodec } from './embed-codec.ts'
export type { ForwardAnswer, Upload } from './forward-attempt.ts'
export { type Forward, type ForwardBody, forwarder, type ForwardOrder } from './forward.ts'
export {
  type Arrival,
  answering,
  type AttemptRecord,
  type Considered,
  Exchange,
  type Lane,
  type Route,
  type Target,
} from './exchange.ts'
export type { CircuitState } from './breaker/circuit.ts'
export { Circuits } from './breaker/circuits.ts'
export { CoolDowns } from './breaker/cool-down.ts'
export { Health, type HealthReport, type ProviderHealth } from './health/health.ts'
export { Prober } from './health/prober.ts'
export type { ProviderStatus } from './health/record.ts'
export { Limiter } from './limit/limiter.ts'
export type { ProviderLimits } from './limit/rules.ts'
export { pipeline, type PipelineParts } from './pipeline.ts'
export { type Explain, explainer, type Explanation } from './explain/explain.ts'
export type { Place } from './explain/place.ts'
export { recorded, type RecordedTrace } from './explain/recorded.ts'
export { replay, type ReplayReport } from './explain/replay.ts'
export type { AdmitRules } from './admit.ts'
export { type ModelFacts, NO_MODEL_FACTS } from './route/model-facts.ts'
export type { Client } from './route/client.ts'
export { globbed, ModelFilter } from './route/model-filter.ts'
export { effectiveDefault } from './route/default.ts'
export { Aliases } from './route/alias/aliases.ts'
export { resolve } from './route/resolve.ts'
export type { RouteRules, Wish } from './route/rule.ts'
export { wildcardsIn } from './route/wildcard-name.ts'
export { newTurns, type Turns } from './route/turns.ts'
export { headerText } from './route/header.ts'
export { fetchJson, type JsonAnswer } from './fetch-json.ts'
export { type ListStore, ModelLists } from './models/model-lists.ts'
export { knownNames } from './route/target.ts'
export { splitPrefix } from './route/target.ts'
export { standIn } from './route/fallback/served-name.ts'
export { type BudgetRules, type RetryBudget, retryBudget } from './retry-budget.ts'
export type { Observer, Outcome } from './settle.ts'
export type { Call, Step } from './step.ts'
export { RoadVitals } from './vitals/road-vitals.ts'
export { type Bar, type Barrier, type BarReason, firstBar, type TargetVitals, type Vitals } from './vitals.ts'
