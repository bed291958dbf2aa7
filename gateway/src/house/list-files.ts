/** Lists of models as files in a folder, one for each provider. Written whole or not at all, readable for their owner alone. */

import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isObject, numberOf, parseJson, stringOf } from '#core'
import type { ListStore } from '#pipeline'

export function listFiles(folder: string): ListStore {
  const pathOf = (name: string) => join(folder, fileName(name))
  return {
    async read(name) {
      const text = await readFile(pathOf(name), 'utf8').catch(absent)
      const kept = text === undefined ? undefined : parseJson(text)
      if (!isObject(kept)) return undefined
      const at = numberOf(kept['at'])
      const body = stringOf(kept['text'])
      return kept['name'] !== name || at === undefined || body === undefined ? undefined : { at, text: body }
    },
    async write(name, { at, text }) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const half = join(folder, `${fileName(name)}.${randomUUID()}.tmp`)
      try {
        await writeFile(half, JSON.stringify({ name, at, text }), { mode: 0o600 })
        await rename(half, pathOf(name))
      } catch (fault) {
        await rm(half, { force: true })
        throw fault
      }
    },
  }
}

/** The name may hold a URL. */
function fileName(name: string): string {
  const plain = (name.split(' ')[0] ?? '').replaceAll(/[^\w-]/g, '_')
  return `models-${plain}-${createHash('sha256').update(name).digest('hex').slice(0, 12)}.json`
}

function absent(fault: unknown): undefined {
  if (fault instanceof Error && 'code' in fault && fault.code === 'ENOENT') return undefined
  throw fault
}
