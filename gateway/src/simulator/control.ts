/** The control paths under /_simulator, for tests and benchmarks that drive the simulator from another process. */

import { arrayOf, isObject, numberOf, parseJson, stringOf, type JsonObject, type JsonValue } from '#core'
import type { RecordedRequest } from './requests.ts'
import type { Script, ScriptedAnswer } from './script.ts'
import { decodeName } from './surface.ts'
import { answerNoSuchPath, type Visit } from './visit.ts'

/** What the control paths may see and do. */
export interface Controls {
  script(name: string, script: Script): string
  requests(): readonly RecordedRequest[]
  forgetRequests(): void
  stats(): JsonObject
}

/** `visit.path` is what follows `/_simulator`. */
export async function control(visit: Visit, controls: Controls): Promise<void> {
  const { wire, record } = visit
  const body = await visit.readBody()
  const [subject, name] = visit.path.split('/').slice(1).map(decodeName)
  switch (`${record.method} ${subject}`) {
    case 'POST script': {
      const script = readScript(parseJson(body))
      if (name === undefined || name === '')
        return wire.answerJson(400, { error: { message: 'The script needs a name.' } })
      if (typeof script === 'string') return wire.answerJson(400, { error: { message: script } })
      return wire.answerJson(200, { url: controls.script(name, script) })
    }
    case 'GET requests':
      return wire.answerJson(200, { requests: controls.requests() })
    case 'DELETE requests':
      controls.forgetRequests()
      return wire.answerJson(200, { requests: [] })
    case 'GET stats':
      return wire.answerJson(200, controls.stats())
    default:
      return answerNoSuchPath(visit)
  }
}

/** Fields an answer of each kind cannot do without. */
const NEEDED: Readonly<Record<ScriptedAnswer['kind'], readonly string[]>> = {
  answer: [],
  status: ['status'],
  reset: ['when'],
  silence: [],
  raw: ['status', 'headers', 'chunks'],
  flood: ['bytes'],
  echo: ['as'],
}

/** The script, or what is wrong with it. */
export function readScript(wire: JsonValue | undefined): Exclude<Script, Function> | string {
  const answers = arrayOf(wire) ?? (wire === undefined ? [] : [wire])
  if (answers.length === 0) return 'A script is one scripted answer or a list of them, in JSON.'
  for (const [n, answer] of answers.entries()) {
    const wrong = faultIn(answer)
    if (wrong !== undefined) return `Answer ${n} of the script ${wrong}`
  }
  // Kind and needed fields are checked; the rest is optional and plain.
  return answers as unknown as readonly ScriptedAnswer[]
}

function faultIn(answer: JsonValue): string | undefined {
  if (!isObject(answer)) return 'is not an object.'
  const kind = stringOf(answer['kind'])
  const needed = Object.entries(NEEDED).find(([name]) => name === kind)?.[1]
  if (needed === undefined) return `needs a kind: ${Object.keys(NEEDED).join(', ')}.`
  const missing = needed.find((field) => answer[field] === undefined)
  if (missing !== undefined) return `needs the field ${missing}.`
  if (kind === 'raw' && arrayOf(answer['chunks']) === undefined) return 'needs a list of chunks.'
  const status = answer['status']
  const number = numberOf(status)
  if (status !== undefined && (number === undefined || number < 200 || number > 599))
    return 'has an impossible status.'
  return undefined
}
