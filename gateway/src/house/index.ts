/** From a configuration to the house that is open, and to the next one while it stays open. */

export { recorded, type RecordedTrace, type ReplayReport } from '#pipeline'
export { type DryHouse, dryHouse } from './dry-house.ts'
export { furnish, type Interior } from './interior.ts'
export { remember } from './memory.ts'
export { needsStandIn, startStandIn } from './stand-in.ts'
