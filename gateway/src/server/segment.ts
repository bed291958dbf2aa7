/** A name that stands in a path. */

/** One that is badly escaped is taken as it stands; it names nothing. */
export function decodedSegment(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
