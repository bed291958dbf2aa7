/** What an object has to be to serve as a middleware. */

export const HOOKS = [
  'initialize',
  'cleanup',
  'applies',
  'request',
  'response',
  'event',
  'headers',
  'complete',
] as const

/** Undefined when nothing is wrong. */
export function middlewareFault(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'its "middleware" made no middleware'
  const fields = value as Record<string, unknown> // any object is a record
  const { name, role } = fields
  if (typeof name !== 'string' || name === '') return 'a middleware has no "name"'
  if (role !== undefined && role !== 'steering' && role !== 'observing') {
    return `the middleware "${name}" has a "role" other than steering and observing`
  }
  const wrong = HOOKS.find((hook) => fields[hook] !== undefined && typeof fields[hook] !== 'function')
  return wrong === undefined ? undefined : `the middleware "${name}" has a "${wrong}" that is no function`
}
