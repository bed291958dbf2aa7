/** Turns of the wire as neutral messages. Results stand inside user turns here; they become messages of their own. */

import { isObject, stringOf } from '#core'
import type {
  AssistantPart,
  JsonObject,
  JsonValue,
  Message,
  NativePart,
  SystemMessage,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  UserPart,
} from '#core'
import { argumentsText } from './arguments.ts'
import { decodeMedia } from './media.ts'
import { PendingCalls } from './pending-calls.ts'
import { decodeResult, isPlainResult } from './result.ts'
import { footed, opened } from './signature.ts'
import { camel, camelAt, fieldSet, objectsOf, restOf, withRest } from './wire.ts'

const CONTENT = fieldSet('role parts')
const TEXT = fieldSet('text thoughtSignature')
const CALL = fieldSet('id name args')
const RESULT = fieldSet('id name response parts')

export function decodeSystem(wire: JsonValue | undefined): SystemMessage[] {
  if (wire === undefined || wire === null) return []
  const content = isObject(wire) ? camel(wire) : { parts: [{ text: wire }] }
  const parts = objectsOf(content['parts'])
  const texts = parts.filter((part) => typeof part['text'] === 'string').map(decodeText)
  if (texts.length === 0) return []
  // Instructions are text; whatever else stood there is kept whole for this dialect.
  const whole = texts.length === parts.length ? undefined : { '~parts': parts }
  return [{ role: 'system', parts: texts, ...withRest(restOf(content, fieldSet('parts')), whole) }]
}

export function decodeContents(wire: JsonValue | undefined): Message[] {
  const calls = new PendingCalls()
  return objectsOf(wire).flatMap((content) => {
    const parts = objectsOf(content['parts'])
    const own = withRest(restOf(content, CONTENT))
    if (content['role'] !== 'model') return decodeUserTurn(parts, own, calls)
    calls.newTurn()
    return [{ role: 'assistant', parts: parts.flatMap((part) => decodeModelPart(part, calls)), ...own }]
  })
}

function decodeUserTurn(parts: readonly JsonObject[], own: object, calls: PendingCalls): Message[] {
  const results = parts.flatMap((part) => {
    const response = camelAt(part, 'functionResponse')
    return response === undefined ? [] : [decodeResponse(response, part, calls)]
  })
  const others = parts.filter((part) => !isObject(part['functionResponse']))
  return [
    ...(results.length === 0 ? [] : [{ role: 'tool', parts: calls.inOrder(results) } as const]),
    ...(others.length === 0 && results.length > 0
      ? []
      : [{ role: 'user', parts: others.map(decodeUserPart), ...own } as const]),
  ]
}

function decodeUserPart(part: JsonObject): UserPart {
  if (typeof part['text'] === 'string' && part['thoughtSignature'] === undefined) return decodeText(part)
  return decodeMedia(part) ?? native(part)
}

function decodeText(part: JsonObject): TextPart {
  return { type: 'text', text: stringOf(part['text']) ?? '', ...withRest(restOf(part, TEXT)) }
}

/** One part of the model's turn; its signature becomes state of the part, or stands behind it. */
function decodeModelPart(part: JsonObject, calls: PendingCalls): AssistantPart[] {
  const signature = stringOf(part['thoughtSignature']) || undefined
  const state = signature === undefined ? {} : opened(signature)
  const call = camelAt(part, 'functionCall')
  if (call !== undefined) {
    const rest = restOf(part, fieldSet('functionCall thoughtSignature'))
    const { opaque } = state
    return [{ ...decodeCall(call, rest, calls), ...(opaque === undefined ? {} : { opaque }) }]
  }
  const text = stringOf(part['text'])
  if (part['thought'] === true && text !== undefined) {
    // Unsigned thinking is display text to everybody else; who wrote it here may have it back.
    const mark = signature === undefined ? { '~thought': true } : undefined
    return [
      {
        type: 'reasoning',
        text,
        ...state,
        ...withRest(restOf(part, fieldSet('text thought thoughtSignature')), mark),
      },
    ]
  }
  if (signature !== undefined && text === '') return [signedText(signature, 'empty')]
  const body = text === undefined ? (decodeMedia(part) ?? native(part)) : decodeText(part)
  return body.type === 'native' || signature === undefined
    ? [body]
    : [body, signedText(signature, 'previous')]
}

function signedText(signature: string, on: 'previous' | 'empty'): AssistantPart {
  const { opaque, ...state } = opened(signature)
  const placed = opaque?.issuer === 'dialect:gemini' ? { ...opaque, value: footed(signature, on) } : opaque
  return { type: 'reasoning', text: '', ...state, ...(placed === undefined ? {} : { opaque: placed }) }
}

function decodeCall(call: JsonObject, rest: JsonObject | undefined, calls: PendingCalls): ToolCallPart {
  const name = stringOf(call['name']) ?? ''
  const { id, minted } = calls.open(stringOf(call['id']), name)
  const inner = restOf(call, CALL)
  const marks = { ...(minted ? { '~minted': true } : {}), ...(inner === undefined ? {} : { '~call': inner }) }
  return { type: 'tool-call', id, name, arguments: argumentsText(call['args']), ...withRest(rest, marks) }
}

function decodeResponse(response: JsonObject, part: JsonObject, calls: PendingCalls): ToolResultPart {
  const given = stringOf(response['id'])
  const name = stringOf(response['name']) ?? ''
  const body = isObject(response['response']) ? response['response'] : {}
  const { text, failed } = decodeResult(body)
  const media = objectsOf(response['parts']).map((each) => decodeMedia(each) ?? native(each))
  const inner = restOf(response, RESULT)
  const marks = {
    ...(given === undefined ? { '~minted': true } : {}),
    ...(isPlainResult(body) ? {} : { '~response': body }),
    ...(media.length === 0 ? {} : { '~inside': true }),
    ...(inner === undefined ? {} : { '~result': inner }),
  }
  return {
    type: 'tool-result',
    callId: calls.answer(given, name),
    name,
    content: [...(text === '' ? [] : [{ type: 'text', text } as const]), ...media],
    ...(failed ? { isError: true } : {}),
    ...withRest(restOf(part, fieldSet('functionResponse')), marks),
  }
}

export function native(part: JsonObject): NativePart {
  return { type: 'native', dialect: 'gemini', value: part }
}
