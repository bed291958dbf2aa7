/** `sluice explain`: where a request would go and why. Reads the configuration, or asks a running gateway; nothing is sent to a provider. */

import { readFileSync } from 'node:fs'
import { ConfigError, loadConfig, problemLine } from '#config'
import { isObject, type JsonObject, objectOf, parseJson, stringOf } from '#core'
import { rehearse } from '#main'
import { sourcesOf } from './config-sources.ts'
import { explanationPage } from './explanation-page.ts'
import { fail, unreadable } from './failure.ts'

export interface ExplainFlags {
  readonly header?: readonly string[]
  readonly body?: string
  readonly dialect?: string
  readonly config?: string
  readonly url?: string
  readonly json?: boolean
}

const PATIENCE_MS = 10_000

export async function explain(model: string, flags: ExplainFlags): Promise<void> {
  try {
    const question = questionOf(model, flags)
    const answer =
      flags.url === undefined ? await rehearsed(question, flags) : await asked(flags.url, question)
    const text =
      flags.json === true ? JSON.stringify(answer, undefined, 2) : explanationPage(answer).join('\n')
    process.stdout.write(`${text}\n`)
  } catch (fault) {
    fail(fault instanceof ConfigError ? fault.problems.map(problemLine) : fault)
  }
}

function questionOf(model: string, { header = [], body, dialect }: ExplainFlags): JsonObject {
  return {
    model,
    headers: Object.fromEntries(header.map(headerOf)),
    ...(body === undefined ? {} : { body: bodyIn(body) }),
    ...(dialect === undefined ? {} : { dialect }),
  }
}

function headerOf(text: string): [string, string] {
  const colon = text.indexOf(':')
  if (colon <= 0) throw new Error(`flag --header: must read "Name: value" (got "${text}")`)
  return [text.slice(0, colon).trim(), text.slice(colon + 1).trim()]
}

/** The model beside it is the one that is asked about. */
function bodyIn(file: string): JsonObject {
  const body = parseJson(textOf(file))
  if (!isObject(body)) throw new Error(`${file} holds no JSON object`)
  const { model: _, ...rest } = body
  return rest
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
  } catch (fault) {
    throw unreadable(file, fault)
  }
}

async function rehearsed(question: JsonObject, { config }: ExplainFlags): Promise<JsonObject> {
  const house = await rehearse(loadConfig(await sourcesOf(config === undefined ? {} : { config })))
  try {
    return house.explain(question)
  } finally {
    await house.close()
  }
}

/** The gate key comes from the environment: arguments can be seen by every user of the machine. */
async function asked(url: string, question: JsonObject): Promise<JsonObject> {
  const { PROXY_API_KEY: key } = process.env
  const answer = await fetch(new URL('/api/explain', gatewayAt(url)), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { 'x-api-key': key }) },
    body: JSON.stringify(question),
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((fault: unknown) => {
    throw new Error(`${url} does not answer: ${whyOf(fault)}`, { cause: fault })
  })
  const body = parseJson(await answer.text())
  if (answer.ok && isObject(body)) return body
  const told = stringOf(objectOf(objectOf(body)?.['error'])?.['message'])
  throw new Error(told ?? `${url} answered with status ${answer.status}`)
}

/** A URL with a password in it would stand in the list of processes, and in errors. */
function gatewayAt(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new Error(`flag --url: must be like http://127.0.0.1:8082 (got "${text}")`)
  if (url.username !== '' || url.password !== '')
    throw new Error('flag --url: must hold no user and no password; the key comes from PROXY_API_KEY')
  return url
}

function whyOf(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault)
  const { cause } = fault
  if (!(cause instanceof Error)) return fault.message
  return 'code' in cause ? String(cause.code) : cause.message
}
