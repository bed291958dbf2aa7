/** The messages of a recorded binary event stream, read by hand: the codec under test is not its own witness. */

/** `text` is the base64 of the bytes. Checksums are not looked at. */
export function recordedFrames(text: string): { event: string; data: string }[] {
  const bytes = Buffer.from(text, 'base64')
  const frames: { event: string; data: string }[] = []
  for (let from = 0; from < bytes.length; from += bytes.readUInt32BE(from)) {
    const body = from + 12 + bytes.readUInt32BE(from + 4)
    const headers = bytes.subarray(from + 12, body).toString('latin1')
    // A name, then the tag of strings, two bytes of length, and the text up to the next name's length.
    const [, , rest = ''] = headers.split(/:(event|exception)-type/)
    const event = /^[A-Za-z]+/.exec(rest.slice(3))?.[0] ?? ''
    frames.push({ event, data: bytes.subarray(body, from + bytes.readUInt32BE(from) - 4).toString('utf8') })
  }
  return frames
}
