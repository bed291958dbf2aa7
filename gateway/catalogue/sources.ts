/** The two packages the catalogue is made from: fetched, unpacked, read. Nothing of them is installed. */

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const BASE = '@earendil-works/pi-ai@1.5.2'
export const CROSS_CHECK = '@pydantic/genai-prices@0.1.8'

/** An entry of the base data, as far as it is used. */
export interface BaseModel {
  readonly id: string
  readonly name?: string
  readonly type: string
  readonly reasoning?: boolean
  readonly input?: readonly string[]
  readonly cost?: BasePrice & {
    readonly tiers?: readonly (BasePrice & { readonly inputTokensAbove: number })[]
  }
  readonly contextWindow?: number
  readonly maxTokens?: number
}

export interface BasePrice {
  readonly input: number
  readonly output: number
  readonly cacheRead: number
  readonly cacheWrite: number
}

export interface BaseData {
  /** The day it was made. */
  readonly date: string
  /** By the base's own name of the provider. */
  readonly models: ReadonlyMap<string, readonly BaseModel[]>
}

export interface CheckModel {
  readonly id: string
  readonly name?: string
  readonly context_window?: number
}

/** What the cross-check exports, as far as it is used. */
export interface Checker {
  findProvider(options: { providerId: string }): { readonly models: readonly CheckModel[] } | undefined
  calcPrice(
    usage: Readonly<Record<string, number>>,
    model: string,
    options: { providerId: string; timestamp: Date },
  ): { readonly model_price: Readonly<Record<string, number | { readonly base: number } | undefined>> } | null
}

/** Unpacks a package into a folder of its own below `into`. */
export function unpacked(spec: string, into: string): string {
  const file = execFileSync('npm', ['pack', '--silent', spec], { cwd: into, encoding: 'utf8' }).trim()
  const folder = join(into, file.replace('.tgz', ''))
  execFileSync('mkdir', [folder])
  execFileSync('tar', ['xzf', join(into, file), '-C', folder])
  return join(folder, 'package')
}

export function readBase(folder: string): BaseData {
  const data = join(folder, 'dist/providers/data')
  const manifest = JSON.parse(readFileSync(join(data, '.manifest.json'), 'utf8'))
  const files = readdirSync(data).filter((name) => name.endsWith('.json') && !name.startsWith('.'))
  return {
    date: String(manifest.generatedAt).slice(0, 10),
    models: new Map(
      files.map((name) => {
        const groups: Record<string, Record<string, BaseModel>> = JSON.parse(
          readFileSync(join(data, name), 'utf8'),
        )
        return [name.replace('.json', ''), Object.values(groups).flatMap((group) => Object.values(group))]
      }),
    ),
  }
}

export async function readChecker(folder: string): Promise<Checker> {
  return await import(join(folder, 'dist/index.js'))
}
