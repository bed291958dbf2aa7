/** The query of a request's URL. */

export function queryOf(url: string | undefined): URLSearchParams {
  const at = url?.indexOf('?') ?? -1
  return new URLSearchParams(at === -1 ? '' : url?.slice(at + 1))
}
