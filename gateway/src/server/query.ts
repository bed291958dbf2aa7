/** The query of a request's URL. */

export function queryValue(url: string | undefined, name: string): string | undefined {
  const at = url?.indexOf('?') ?? -1
  if (at === -1) return undefined
  return new URLSearchParams(url?.slice(at)).get(name) ?? undefined
}
