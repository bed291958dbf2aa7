/** Whether a body is a Converse request the official types would take, and the API's own order rules. */

import { isPlain, list, loose, type Loose, text } from './loose-json.ts'

const FIELDS = new Set(
  (
    'messages system inferenceConfig toolConfig guardrailConfig additionalModelRequestFields promptVariables ' +
    'additionalModelResponseFieldPaths requestMetadata performanceConfig serviceTier outputConfig'
  ).split(' '),
)

const BLOCKS: Readonly<Record<string, readonly string[]>> = {
  user: [
    'text',
    'image',
    'document',
    'video',
    'audio',
    'toolResult',
    'guardContent',
    'cachePoint',
    'searchResult',
  ],
  assistant: ['text', 'toolUse', 'reasoningContent', 'cachePoint', 'citationsContent'],
}

export function faultsOfConverse(body: Loose): string[] {
  const messages = list(body['messages'])
  const tools = list(loose(body['toolConfig'])['tools'])
  const usesTools = messages.some((message) =>
    list(message['content']).some(
      (block) => block['toolUse'] !== undefined || block['toolResult'] !== undefined,
    ),
  )
  return [
    ...Object.keys(body)
      .filter((key) => !FIELDS.has(key))
      .map((key) => `unknown field ${key}`),
    ...(messages.length === 0 ? ['no messages'] : []),
    ...(messages.length > 0 && messages[0]?.['role'] !== 'user' ? ['does not begin with the user'] : []),
    ...messages.flatMap((message, at) => messageFaults(message).map((fault) => `messages[${at}]: ${fault}`)),
    ...pairingFaults(messages),
    ...tools.flatMap(toolFaults),
    ...(usesTools && tools.length === 0 ? ['calls in the history and no tools'] : []),
    ...(body['toolConfig'] !== undefined && tools.length === 0 ? ['empty tools'] : []),
  ]
}

function messageFaults(message: Loose): string[] {
  const allowed = BLOCKS[text(message['role'])]
  if (allowed === undefined) return [`role ${String(message['role'])}`]
  const blocks = list(message['content'])
  if (blocks.length === 0) return ['no content']
  return blocks.flatMap((block) => {
    const [name = '', ...others] = Object.keys(block)
    if (others.length > 0 || !allowed.includes(name)) return [`block ${Object.keys(block).join('+')}`]
    return blockIsWhole(name, block[name]) ? [] : [`broken ${name} block`]
  })
}

const ID = /^[a-zA-Z0-9_.:-]{1,64}$/

function blockIsWhole(name: string, value: unknown): boolean {
  const inner = loose(value)
  switch (name) {
    case 'text':
      return text(value).trim() !== ''
    case 'toolUse':
      return ID.test(text(inner['toolUseId'])) && text(inner['name']) !== '' && isPlain(inner['input'])
    case 'toolResult':
      return ID.test(text(inner['toolUseId'])) && Array.isArray(inner['content'])
    case 'image':
    case 'document':
      return text(inner['format']) !== '' && isPlain(inner['source'])
    default:
      return true
  }
}

function ids(message: Loose | undefined, name: string): string[] {
  return list(message?.['content']).flatMap((block) => text(loose(block[name])['toolUseId']) || [])
}

/** Roles alternate, and all results of a turn stand in the next message. */
function pairingFaults(messages: readonly Loose[]): string[] {
  return messages.flatMap((message, at) => {
    const calls = ids(message, 'toolUse').toSorted().join()
    const results = ids(messages[at + 1], 'toolResult')
      .toSorted()
      .join()
    const faults = calls === results ? [] : [`messages[${at}]: calls ${calls}, results ${results}`]
    return message['role'] === messages[at + 1]?.['role']
      ? [...faults, `messages[${at}]: two turns of one role`]
      : faults
  })
}

function toolFaults(tool: Loose): string[] {
  if (tool['toolSpec'] === undefined)
    return (tool['cachePoint'] ?? tool['systemTool']) ? [] : ['unknown tool']
  const spec = loose(tool['toolSpec'])
  const named = /^[a-zA-Z0-9_-]{1,64}$/.test(text(spec['name']))
  const schema = loose(loose(spec['inputSchema'])['json'])['type'] === 'object'
  return named && schema ? [] : [`broken tool ${JSON.stringify(tool).slice(0, 120)}`]
}
