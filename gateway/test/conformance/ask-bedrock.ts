/** The official `@aws-sdk/client-bedrock-runtime` client, unmodified; what came is copied on its way to it. */

import { PassThrough, Readable } from 'node:stream'
import {
  BedrockRuntimeClient,
  BedrockRuntimeServiceException,
  ConverseCommand,
  ConverseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { count, list, loose, type Loose, text, valueOf } from './loose-json.ts'
import type { Ask, Asked, Question, Seen, SeenUsage } from './seen.ts'
import type { Wire } from './tapped-fetch.ts'

type Handled = Awaited<ReturnType<NodeHttpHandler['handle']>>
type Request = Parameters<NodeHttpHandler['handle']>[0]

/** One for all: each keeps connections of its own. */
const HANDLER = new NodeHttpHandler()

class Tapped extends NodeHttpHandler {
  #pieces: Buffer[] = []
  #headers: Readonly<Record<string, string>> = {}
  #over: Promise<void> = Promise.resolve()

  override async handle(request: Request, options?: object): Promise<Handled> {
    const handled = await HANDLER.handle(request, options)
    this.#headers = handled.response.headers
    const body: unknown = handled.response.body
    if (!(body instanceof Readable)) return handled
    const copy = new PassThrough()
    this.#over = new Promise((resolve) => {
      body.on('data', (piece: Buffer) => this.#pieces.push(piece))
      body.on('close', () => {
        if (!body.readableEnded) copy.destroy(new Error('The connection broke.'))
        resolve()
      })
    })
    body.pipe(copy)
    handled.response.body = copy
    return handled
  }

  override destroy(): void {
    // The handler is everybody's.
  }

  async wire(): Promise<Wire> {
    await this.#over
    const binary = this.#headers['content-type']?.includes('eventstream')
    return {
      bytes: Buffer.concat(this.#pieces).toString(binary ? 'latin1' : 'utf8'),
      notes: this.#headers['x-sluice-notes'] ?? '',
    }
  }
}

export const askBedrock: Ask = async (question): Promise<Asked> => {
  const tapped = new Tapped()
  const client = new BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint: question.url,
    token: { token: 'client-key' },
    authSchemePreference: ['httpBearerAuth'],
    maxAttempts: 1,
    requestHandler: tapped,
  })
  try {
    const seen = seenIn(await answerFrom(client, question))
    return { seen, ...(await tapped.wire()) }
  } catch (thrown) {
    const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown))
    const api = thrown instanceof BedrockRuntimeServiceException ? thrown : undefined
    // An error inside a stream has no metadata, whatever its type says.
    const status = count(loose(loose(api)['$metadata'])['httpStatusCode'])
    return { error: { kind: name, status, message }, ...(await tapped.wire()) }
  }
}

async function answerFrom(client: BedrockRuntimeClient, { model, stream }: Question): Promise<Loose> {
  const asked = {
    modelId: model,
    messages: [{ role: 'user' as const, content: [{ text: 'Say something.' }] }],
  }
  if (!stream) return loose(await client.send(new ConverseCommand(asked)))
  const { stream: events } = await client.send(new ConverseStreamCommand(asked))
  const blocks = new Map<number, Record<string, unknown>>()
  let ending: Loose = {}
  for await (const event of events ?? []) {
    const { contentBlockStart: start, contentBlockDelta: delta } = event
    if (start !== undefined) blocks.set(start.contentBlockIndex ?? 0, { ...start.start })
    if (delta !== undefined) {
      const at = delta.contentBlockIndex ?? 0
      const block = blocks.get(at) ?? {}
      blocks.set(at, block)
      grow(block, loose(delta.delta))
    }
    ending = { ...ending, ...loose(event.messageStop), ...loose(event.metadata) }
  }
  if (ending['stopReason'] === undefined) throw new Error('The stream ended without a stop reason.')
  return { ...ending, output: { message: { content: [...blocks.values()] } } }
}

function grow(block: Record<string, unknown>, delta: Loose): void {
  if (delta['text'] !== undefined) block['text'] = text(block['text']) + text(delta['text'])
  if (delta['image'] !== undefined) block['image'] = { ...loose(block['image']), ...loose(delta['image']) }
  if (delta['citation'] !== undefined) block['cited'] = [...list(block['cited']), loose(delta['citation'])]
  if (delta['toolUse'] !== undefined) {
    const known = loose(block['toolUse'])
    block['toolUse'] = { ...known, json: text(known['json']) + text(loose(delta['toolUse'])['input']) }
  }
  if (delta['reasoningContent'] === undefined) return
  const known = loose(loose(block['reasoningContent'])['reasoningText'])
  const more = loose(delta['reasoningContent'])
  const reasoningText = {
    text: text(known['text']) + text(more['text']),
    signature: text(known['signature']) + text(more['signature']),
  }
  block['reasoningContent'] = { ...more, reasoningText }
}

function seenIn(answer: Loose): Seen {
  const blocks = list(loose(loose(answer['output'])['message'])['content'])
  const cited = blocks.map((block) => loose(block['citationsContent']))
  const thoughts = blocks.map((block) => loose(block['reasoningContent']))
  const calls = blocks
    .map((block) => loose(block['toolUse']))
    .filter((call) => text(call['toolUseId']) !== '')
  const own = calls.filter((call) => call['type'] !== 'server_tool_use')
  return {
    text: blocks
      .map((block) => {
        const inner = list(loose(block['citationsContent'])['content'])
        return text(block['text']) + inner.map((each) => text(each['text'])).join('')
      })
      .join(''),
    refusal: '',
    reasoning: thoughts.map((thought) => text(loose(thought['reasoningText'])['text'])).join(''),
    calls: own.map((call) => ({
      id: text(call['toolUseId']),
      name: text(call['name']),
      arguments: call['input'] ?? valueOf(text(call['json'])),
    })),
    finish: text(answer['stopReason']),
    usage: answer['usage'] ? usageIn(loose(answer['usage'])) : undefined,
    citations: [...cited.map((each) => each['citations']), ...blocks.map((block) => block['cited'])].flatMap(
      list,
    ).length,
    signatures: thoughts.filter(
      (thought) =>
        text(loose(thought['reasoningText'])['signature']) !== '' || thought['redactedContent'] !== undefined,
    ).length,
    images: blocks.filter((block) => hasBytes(block['image'])).length,
    audio: blocks.some((block) => hasBytes(block['audio'])),
    native: calls.length - own.length + blocks.filter(isOther).length,
    logprobs: [],
  }
}

const KNOWN = 'text cited citationsContent reasoningContent toolUse image audio'.split(' ')

/** A picture that never came is none, whatever announced it. */
function hasBytes(media: unknown): boolean {
  const { bytes } = loose(loose(media)['source'])
  return bytes instanceof Uint8Array && bytes.length > 0
}

function isOther(block: Loose): boolean {
  return KNOWN.every((key) => block[key] === undefined)
}

function usageIn(usage: Loose): SeenUsage {
  return {
    input: count(usage['inputTokens']) ?? Number.NaN,
    output: count(usage['outputTokens']) ?? Number.NaN,
    cacheRead: count(usage['cacheReadInputTokens']),
    cacheWrite: count(usage['cacheWriteInputTokens']),
  }
}
