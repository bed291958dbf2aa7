/** A part of a list of models, as the client asked for it: by the names beside it, or by a mark it was given with the part before. */

import { Buffer } from 'node:buffer'
import { GatewayError, type ModelInfo } from '#core'
import type { ListPage } from '#dialects'

export interface PartOfList extends ListPage {
  readonly models: readonly ModelInfo[]
}

const MOST = 1000

/** Reads one value of the query. */
type Query = (name: string) => string | undefined

/** By `limit`, `after_id` and `before_id`. Without them it is the whole list. Throws `invalid-request`. */
export function pageByName(models: readonly ModelInfo[], query: Query): PartOfList {
  const limit = countIn(query, 'limit') ?? models.length
  const after = query('after_id')
  const before = query('before_id')
  if (after === undefined && before !== undefined) {
    const end = placeOf(models, before, 'before_id')
    const start = Math.max(0, end - limit)
    return { models: models.slice(start, end), hasMore: start > 0 }
  }
  const start = after === undefined ? 0 : placeOf(models, after, 'after_id') + 1
  return { models: models.slice(start, start + limit), hasMore: start + limit < models.length }
}

/** By `pageSize` and `pageToken`. The mark names the last model shown, so it holds when others come and go. */
export function pageByMark(models: readonly ModelInfo[], query: Query): PartOfList {
  const size = Math.min(countIn(query, 'pageSize', Infinity) ?? models.length, MOST)
  const mark = query('pageToken')
  const last = mark === undefined || mark === '' ? undefined : Buffer.from(mark, 'base64url').toString('utf8')
  const start = last === undefined ? 0 : placeOf(models, last, 'pageToken') + 1
  const part = models.slice(start, start + size)
  const hasMore = start + size < models.length
  const end = part.at(-1)
  if (!hasMore || end === undefined) return { models: part, hasMore: false }
  return { models: part, hasMore, next: Buffer.from(end.id, 'utf8').toString('base64url') }
}

function countIn(query: Query, name: string, most = MOST): number | undefined {
  const text = query(name)
  if (text === undefined || text === '') return undefined
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= most) return count
  const range = most === Infinity ? '1 or more' : `from 1 to ${most}`
  throw new GatewayError('invalid-request', `${name} must be a whole number, ${range}.`, { param: name })
}

function placeOf(models: readonly ModelInfo[], id: string, param: string): number {
  const place = models.findIndex((model) => model.id === id)
  if (place !== -1) return place
  throw new GatewayError('invalid-request', `${param} names no model of this list.`, { param })
}
