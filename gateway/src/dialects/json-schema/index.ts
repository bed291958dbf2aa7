/** JSON Schema for dialects that understand only part of it: references resolved, keywords lowered, losses told. */

export { inlineRefs } from './inline.ts'
export { lowerToOpenApi } from './lower.ts'
export { raiseFromOpenApi } from './raise.ts'
