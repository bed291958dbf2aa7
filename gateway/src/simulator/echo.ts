/** The scripted answer that is made of the request: its bytes, or what they add up to. */

import { createHash } from 'node:crypto'
import type { EchoAnswer } from './script.ts'
import type { Visit } from './visit.ts'

export async function playEcho(visit: Visit, answer: EchoAnswer): Promise<void> {
  const { wire, record } = visit
  const back = answer.as === 'body'
  if (back) wire.head(200, { 'content-type': record.headers['content-type'] ?? 'application/octet-stream' })
  const hash = createHash('sha256')
  try {
    for await (const piece of visit.bodyPieces()) {
      await wire.pause(answer.gapMs ?? 0)
      if (wire.gone) return
      if (back) await wire.write(piece)
      else hash.update(piece)
    }
  } catch {
    // The body broke off: there is nobody left to answer.
    return
  }
  if (back) wire.end()
  else wire.answerJson(200, { bytes: record.bytesReceived, sha256: hash.digest('hex') })
}
