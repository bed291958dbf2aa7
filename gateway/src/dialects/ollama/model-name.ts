/** The `:latest` convention: a name without a tag means the tag `latest`. */

const LATEST = ':latest'

export function withoutLatest(name: string): string {
  return name.endsWith(LATEST) ? name.slice(0, -LATEST.length) : name
}

export function sameModel(a: string, b: string): boolean {
  return withoutLatest(a) === withoutLatest(b)
}
