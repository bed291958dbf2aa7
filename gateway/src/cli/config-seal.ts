/** `sluice config seal`: a secret from standard input, as it may lie in a file. */

import { text } from 'node:stream/consumers'
import { seal, SECRET_KEY_VARIABLE } from '#config'
import { print } from './config-sources.ts'
import { fail } from './failure.ts'

export async function configSeal(): Promise<void> {
  const secret = process.env[SECRET_KEY_VARIABLE] ?? ''
  if (secret === '') fail([`${SECRET_KEY_VARIABLE} is not set: it is what opens sealed values`])
  const value = (await text(process.stdin)).trim()
  if (value === '') fail(['nothing to seal came on standard input'])
  print(seal(value, secret))
}
