/** The door of the house: HTTP in, client gate, routes, answers out. */

export type { AbsentProvider, HealthView, House, Load } from './context.ts'
export { gate } from './gate.ts'
export { type Door, openDoor } from './server.ts'
