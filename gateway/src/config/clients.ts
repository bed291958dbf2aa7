/** Clients that are known by name. Of their keys only hashes are kept. */

import { createHash } from 'node:crypto'
import type { ClientConfig } from './config.ts'
import type { Settings } from './schema.ts'

export function clientsOf({ clients = {} }: Settings): readonly ClientConfig[] {
  return Object.entries(clients).map(([name, { key = [], key_sha256: hashes = [], models, providers }]) => ({
    name,
    keyHashes: [
      ...hashes.map((hash) => hash.toLowerCase()),
      ...key.map((text) => createHash('sha256').update(text).digest('hex')),
    ],
    ...(models === undefined ? {} : { models }),
    ...(providers === undefined ? {} : { providers }),
  }))
}
