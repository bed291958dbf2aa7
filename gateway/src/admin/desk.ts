/** Where management is asked: who may, in which form, and how every order ends: an answer and a line in the log. */

import { Buffer } from 'node:buffer'
import type { Context } from 'hono'
import type { GatewayConfig } from '#config'
import { GatewayError, isObject, type JsonObject, parseJson } from '#core'
import type { AddRoutes, DoorFacts, House } from '#server'
import type { AddressRule } from './address-rule.ts'
import type { auditor } from './audit.ts'
import type { ConfigKeeper } from './config-keeper.ts'
import { toldRefusal } from './told-problems.ts'

export type Router = Parameters<AddRoutes>[0]
export type Asked = Context<{ Bindings: DoorFacts }>

/** What all management routes are given. */
export interface Desk {
  readonly house: House
  /** Names of all provider types. */
  readonly types: readonly string[]
  /** Absent: the configuration was made by a program, which alone can change it. */
  readonly keeper: ConfigKeeper | undefined
  readonly running: () => GatewayConfig
  readonly addresses: AddressRule
  readonly audit: ReturnType<typeof auditor>
}

/** A look at what may be seen by who comes through the gate. */
export async function look(c: Asked, { house }: Desk, work: () => Promise<object>): Promise<Response> {
  refuseKeysIn(c)
  house.adminGate.look(c.req.header())
  return answered(c, work)
}

/** A look at what is for the operator alone. */
export async function lookInside(c: Asked, { house }: Desk, work: () => Promise<object>): Promise<Response> {
  refuseKeysIn(c)
  house.adminGate.enter(c.req.header(), c.env.address)
  return answered(c, work)
}

async function answered(c: Asked, work: () => Promise<object>): Promise<Response> {
  try {
    return c.json(await work())
  } catch (thrown) {
    throw toldRefusal(thrown)
  }
}

export interface Errand {
  readonly what: string
  readonly name?: string
}

/** Something is to be changed. `work` tells whom it concerns where only the body says it. */
export async function order(
  c: Asked,
  { house, audit }: Desk,
  { what, name }: Errand,
  work: (naming: (name: string) => void) => Promise<object>,
): Promise<Response> {
  refuseKeysIn(c)
  const headers = c.req.header()
  let concerned = name
  const deed = (who: string) => ({
    who,
    what,
    // Anything else is no provider's name, and might be what belongs in another field.
    name: concerned !== undefined && /^[\w.-]{1,64}$/.test(concerned) ? concerned : undefined,
    persist,
    requestId: c.env.requestId,
  })
  let who = c.env.address ?? 'somebody'
  let persist = false
  try {
    persist = wantsPersist(c)
    who = house.adminGate.enter(headers, c.env.address)
    const answer = await work((told) => {
      concerned = told
    })
    audit(deed(who), undefined)
    return c.json(answer)
  } catch (thrown) {
    const refusal = toldRefusal(thrown)
    audit(deed(who), refusal)
    throw refusal
  }
}

export function keeperOf({ keeper }: Desk): ConfigKeeper {
  if (keeper !== undefined) return keeper
  throw new GatewayError(
    'not-implemented',
    'This gateway was started by a program with a configuration of its own, which alone can change it.',
  )
}

/** Throws `invalid-request` at a word that is neither: somebody would believe that it is kept. */
export function wantsPersist(c: Asked): boolean {
  const said = c.req.query('persist') ?? 'false'
  if (/^(?:true|1|yes|on)?$/i.test(said)) return true
  if (/^(?:false|0|no|off)$/i.test(said)) return false
  throw new GatewayError('invalid-request', 'persist: must be true or false.', { param: 'persist' })
}

/** Throws `invalid-request` where the body says something that means nothing here. */
export function demandFields(body: JsonObject, known: readonly string[]): void {
  const stray = Object.keys(body).find((field) => !known.includes(field))
  if (stray === undefined) return
  // Names of fields are told elsewhere too, but never more of them than a name has.
  const message = `${stray.slice(0, 100)}: is no known field; known: ${known.join(', ') || 'none'}.`
  throw new GatewayError('invalid-request', message, { param: stray.slice(0, 100) })
}

const KEY_NAME = /key|token|secret|password|credential|authorization/i

/** URLs are written down in many places (requirement D10). */
function refuseKeysIn(c: Asked): void {
  const found = Object.keys(c.req.query()).find((name) => KEY_NAME.test(name))
  if (found === undefined) return
  throw new GatewayError('invalid-request', 'A key must not stand in a URL: send it in the body.', {
    code: 'key_in_url',
  })
}

/** More than any configuration has. */
const LONGEST_BODY = 4 * 1024 * 1024

/** So are levels in it: all that looks through a configuration goes down them one by one. */
const DEEPEST = 64

function isDeeperThan(levels: number, value: unknown): boolean {
  let level: readonly unknown[] = [value]
  for (let depth = 0; depth <= levels; depth++) {
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []))
    if (level.length === 0) return false
  }
  return true
}

/** The fields of the body; none where there is no body. */
export async function fieldsOf(c: Asked): Promise<JsonObject> {
  const text = await textOf(c)
  if (text.trim() === '') return {}
  const type = c.req.header('content-type') ?? ''
  // Pages of others can make a browser send any other type without asking first.
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(type)) {
    throw new GatewayError('invalid-request', 'Send the body as application/json.', {
      status: 415,
      param: 'content-type',
    })
  }
  const body = parseJson(text)
  if (isDeeperThan(DEEPEST, body))
    throw new GatewayError('invalid-request', `The request body is nested deeper than ${DEEPEST} levels.`)
  if (isObject(body)) return body
  const fault = body === undefined ? 'is not valid JSON' : 'must be a JSON object'
  throw new GatewayError('invalid-request', `The request body ${fault}.`)
}

async function textOf(c: Asked): Promise<string> {
  const tooLarge = (): GatewayError =>
    new GatewayError('too-large', `The request body is larger than ${LONGEST_BODY} bytes.`)
  if (Number(c.req.header('content-length') ?? 0) > LONGEST_BODY) throw tooLarge()
  const { body } = c.req.raw
  if (body === null) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of body) {
      size += chunk.length
      if (size > LONGEST_BODY) throw tooLarge()
      chunks.push(chunk)
    }
  } catch (thrown) {
    if (thrown instanceof GatewayError) throw thrown
    throw new GatewayError('cancelled', 'The client broke off its request.', { cause: thrown })
  }
  return Buffer.concat(chunks).toString('utf8')
}
