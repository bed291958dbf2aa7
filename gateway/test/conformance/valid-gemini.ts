/** Whether a body is a generateContent request the official types would take, and the API's own order rules. */

import { list, loose, type Loose, text } from './loose-json.ts'

const FIELDS = new Set(
  (
    'contents systemInstruction tools toolConfig safetySettings generationConfig cachedContent labels modelArmorConfig ' +
    'serviceTier store'
  ).split(' '),
)

const PARTS: Readonly<Record<string, readonly string[]>> = {
  user: ['text', 'inlineData', 'fileData', 'functionResponse', 'videoMetadata', 'mediaResolution'],
  model: ['text', 'thought', 'thoughtSignature', 'functionCall', 'inlineData', 'fileData'],
}

/** Keywords of JSON Schema that the API's own subset does not know. */
const FOREIGN = /"(?:\$ref|\$defs|additionalProperties|oneOf|allOf|const|\$schema)":/

export function faultsOfGemini(body: Loose): string[] {
  const contents = list(body['contents'])
  return [
    ...Object.keys(body)
      .filter((key) => !FIELDS.has(key))
      .map((key) => `unknown field ${key}`),
    ...(contents.length === 0 ? ['no contents'] : []),
    ...contents.flatMap((content, at) => contentFaults(content).map((fault) => `contents[${at}]: ${fault}`)),
    ...orderFaults(contents),
    ...list(body['tools'])
      .flatMap((tool) => list(tool['functionDeclarations']))
      .flatMap(toolFaults),
    ...(body['systemInstruction'] !== undefined &&
    list(loose(body['systemInstruction'])['parts']).length === 0
      ? ['empty systemInstruction']
      : []),
  ]
}

function contentFaults(content: Loose): string[] {
  const allowed = PARTS[text(content['role'])]
  if (allowed === undefined) return [`role ${String(content['role'])}`]
  const parts = list(content['parts'])
  if (parts.length === 0) return ['no parts']
  return parts.flatMap((part) => {
    const foreign = Object.keys(part).filter((key) => !allowed.includes(key))
    const call = loose(part['functionCall'] ?? part['functionResponse'])
    const named =
      (part['functionCall'] ?? part['functionResponse']) === undefined || text(call['name']) !== ''
    return [...foreign.map((key) => `part ${key}`), ...(named ? [] : ['a nameless call or result'])]
  })
}

/** A turn of calls is followed by as many results, and turns alternate. */
function orderFaults(contents: readonly Loose[]): string[] {
  return contents.flatMap((content, at) => {
    const calls = list(content['parts']).filter((part) => part['functionCall'] !== undefined).length
    const next = list(contents[at + 1]?.['parts'])
    const results = next.filter((part) => part['functionResponse'] !== undefined).length
    const faults = calls === results ? [] : [`contents[${at}]: ${calls} calls, ${results} results`]
    return content['role'] === contents[at + 1]?.['role']
      ? [...faults, `contents[${at}]: two turns of one role`]
      : faults
  })
}

function toolFaults(tool: Loose): string[] {
  const named = /^[a-zA-Z_][\w.:-]{0,127}$/.test(text(tool['name']))
  const foreign = FOREIGN.exec(JSON.stringify(tool['parameters'] ?? {}))
  const plain = foreign === null || tool['parametersJsonSchema'] !== undefined
  return named && plain ? [] : [`broken tool ${foreign?.[0] ?? JSON.stringify(tool).slice(0, 120)}`]
}
