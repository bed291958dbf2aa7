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
export { type Arrival, type AttemptRecord, Exchange, type Lane, type Route, type Target } from './exchange.ts'
export { pipeline, type PipelineParts } from './pipeline.ts'
export { effectiveDefault } from './route/default.ts'
export { resolve } from './route/resolve.ts'
export type { RouteRules, Wish } from './route/rule.ts'
export { headerText } from './route/header.ts'
export { fetchJson, type JsonAnswer } from './fetch-json.ts'
export { knownNames } from './route/target.ts'
export { splitPrefix } from './route/target.ts'
export type { Observer, Outcome } from './settle.ts'
export type { Call, Step } from './step.ts'
