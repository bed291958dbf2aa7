/** The door of the house: HTTP in, client gate, routes, answers out. */

export type { AbsentProvider, AddRoutes, DoorFacts, HealthView, House, Load } from './context.ts'
export { adminGate } from './admin-gate.ts'
export { gate } from './gate.ts'
export { Visitors, type VisitorRules } from './visitors.ts'
export { type Door, openDoor } from './server.ts'
export { explained } from './explain.ts'
