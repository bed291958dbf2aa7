/** Listens to the road: logs, decision traces, statistics. */

export { SummaryLog } from './summary.ts'
export { ExchangeLog, type Logger, type LogSink, openLog, traceOf } from './log.ts'
export { together } from './observers.ts'
export { Statistics } from './statistics.ts'
export { type TraceRules, Traces } from './traces.ts'
