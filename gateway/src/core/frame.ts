/** What framing hands to a stream decoder. */

/** One framed item: an SSE event, or a line of NDJSON (`event` absent). */
export interface Frame {
  readonly event?: string | undefined
  readonly data: string
}

/** Push machine from bytes to frames. Throws `bad-answer` when a frame grows past its bound. */
export interface Framer {
  /** Frames that stand before what cannot be read come out before it throws. */
  push(chunk: Uint8Array): Iterable<Frame>
  /** What the bytes left unfinished, framed as if they had ended properly: providers do forget the last newline. */
  end(): readonly Frame[]
}
