/** Frames of an event stream that say nothing: comments, by which servers show that they are still there. */

const COLON = 0x3a

/** Whether whole frames are nothing else. */
export function onlyComments(raw: Buffer): boolean {
  return raw[0] === COLON && !raw.includes('\ndata:')
}
