/** Listens to the road: logs and health. */

export { HouseHealth } from './house-health.ts'
export { ExchangeLog, type Logger, type LogSink, openLog, traceOf } from './log.ts'
export { together } from './observers.ts'
