/** Listens to the road: logs and health. */

export { HouseHealth } from './house-health.ts'
export { ExchangeLog, type Logger, type LogSink, openLog } from './log.ts'
export { together } from './observers.ts'
