/** From a configuration to the house that is open, and to the next one while it stays open. */

export { furnish, type Interior } from './interior.ts'
export { remember } from './memory.ts'
export { startStandIn } from './stand-in.ts'
