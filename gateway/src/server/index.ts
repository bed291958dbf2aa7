/** The door of the house: HTTP in, client gate, routes, answers out. */

export type { HealthReport, HealthView, House, ProviderHealth } from './context.ts'
export { gate } from './gate.ts'
export { type Door, openDoor } from './server.ts'
