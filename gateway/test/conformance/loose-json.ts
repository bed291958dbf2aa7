/** Reading recorded JSON without ceremony. Kept apart from the gateway's own readers on purpose. */

export type Loose = Readonly<Record<string, unknown>>

export function loose(value: unknown): Loose {
  // Whatever is no object reads as one without fields.
  return isPlain(value) ? (value as Loose) : {}
}

export function isPlain(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function list(value: unknown): Loose[] {
  return Array.isArray(value) ? value.map(loose) : []
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export function count(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

/** Payloads of a recorded stream, cut the plainest way. */
export function payloads(body: string, format: string): string[] {
  const lines = body.replaceAll('\r\n', '\n')
  if (format !== 'sse') return lines.split('\n').filter((line) => line.trim() !== '')
  return lines.split('\n\n').flatMap((block) => {
    const data = block.split('\n').filter((line) => line.startsWith('data:'))
    return data.length === 0 ? [] : [data.map((line) => line.slice(5).replace(/^ /, '')).join('\n')]
  })
}

/** Arguments as the value they are, or as text where they are no JSON. No arguments mean an empty object. */
export function valueOf(json: string): unknown {
  try {
    return JSON.parse(json.trim() === '' ? '{}' : json)
  } catch {
    return json.trim()
  }
}
