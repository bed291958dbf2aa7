/** Listens to the road: logs. */

export { ExchangeLog, type Logger, type LogSink, openLog, traceOf } from './log.ts'
export { together } from './observers.ts'
