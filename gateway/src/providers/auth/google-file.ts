/** Tokens for the two common kinds of Google's credential files: a service account's and a developer's own login. */

import { Buffer } from 'node:buffer'
import { createSign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type Clock, isObject, type JsonObject, parseJson, stringOf } from '#core'
import { credentialError } from './credential-error.ts'
import { formCall, type TokenCall } from './token-request.ts'

export const GOOGLE_SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
const TOKEN_SERVER = 'https://oauth2.googleapis.com/token'

/** `credentials` is a path, or the JSON itself. */
export async function googleFile(credentials: string): Promise<JsonObject> {
  const json = parseJson(credentials.trimStart().startsWith('{') ? credentials : await textIn(credentials))
  if (isObject(json)) return json
  throw credentialError('The Google credentials are neither a readable file nor JSON.')
}

async function textIn(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (thrown) {
    throw credentialError('The file of Google credentials cannot be read.', thrown)
  }
}

/** Undefined for kinds that only Google's library knows. */
export function fileCall(file: JsonObject, clock: Clock): TokenCall | undefined {
  const server = stringOf(file['token_uri']) ?? TOKEN_SERVER
  switch (file['type']) {
    case 'service_account': {
      const grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
      return formCall(server, { grant_type: grant, assertion: assertion(file, server, clock) })
    }
    case 'authorized_user':
      return formCall(server, {
        grant_type: 'refresh_token',
        client_id: stringOf(file['client_id']) ?? '',
        client_secret: stringOf(file['client_secret']) ?? '',
        refresh_token: stringOf(file['refresh_token']) ?? '',
      })
    default:
      return undefined
  }
}

/** A JWT by which the account vouches for itself. */
function assertion(file: JsonObject, server: string, clock: Clock): string {
  const seconds = Math.floor(clock.wall() / 1000)
  const claims = {
    iss: file['client_email'],
    scope: GOOGLE_SCOPE,
    aud: server,
    iat: seconds,
    exp: seconds + 3600,
  }
  const parts = [{ alg: 'RS256', typ: 'JWT', kid: file['private_key_id'] }, claims]
  const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  try {
    const signature = createSign('RSA-SHA256')
      .update(text)
      .sign(stringOf(file['private_key']) ?? '')
    return `${text}.${signature.toString('base64url')}`
  } catch (thrown) {
    throw credentialError("The service account's private key cannot be used.", thrown)
  }
}
