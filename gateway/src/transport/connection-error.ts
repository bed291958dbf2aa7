/** What went wrong on the way to a provider, in words that an operator can act on. The system's code stays beside them. */

import { GatewayError } from '#core'

const UNTRUSTED = 'has a certificate of an authority nobody here knows; NODE_EXTRA_CA_CERTS adds one'
const UNRESOLVED = 'has a host name that leads nowhere'
const BROKEN_OFF = 'broke the connection off'
const NO_TLS = 'does not speak TLS as https:// wants it; perhaps its base URL begins with http://'

/** By the code of the system, of TLS or of the HTTP client: "The provider …". */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'is not at home: nothing listens at its address'],
  ['ENOTFOUND', UNRESOLVED],
  ['EAI_AGAIN', UNRESOLVED],
  ['EHOSTUNREACH', 'cannot be reached from here'],
  ['ENETUNREACH', 'cannot be reached from here'],
  ['ECONNRESET', BROKEN_OFF],
  ['EPIPE', BROKEN_OFF],
  ['broken-off', BROKEN_OFF],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', UNTRUSTED],
  ['SELF_SIGNED_CERT_IN_CHAIN', UNTRUSTED],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNTRUSTED],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNTRUSTED],
  ['CERT_HAS_EXPIRED', 'has a certificate that has expired'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'has a certificate for another host name'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', NO_TLS],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', NO_TLS],
  ['EPROTO', NO_TLS],
  ['not-http', 'answered with something that is not HTTP'],
  ['head-too-long', 'answered with longer headers than the gateway accepts'],
])

/** Where the address leads to nobody, and will a moment later. */
const UNREACHED: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH'])

export function connectionError(cause: Error): GatewayError {
  // A body that failed on its way in says itself why.
  if (cause instanceof GatewayError) return cause
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined
  if (code === 'connect-timeout') {
    return new GatewayError('timeout', 'The provider could not be reached in time.', {
      cause,
      code: 'connect_timeout',
    })
  }
  // No provider's fault: asked again, it would fail again.
  if (code === 'bad-header') return new GatewayError('internal', cause.message, { cause, code })
  if (code === 'wrong-length') return new GatewayError('invalid-request', cause.message, { cause, code })
  const known = WORDS.get(code ?? '')
  const words = known === undefined ? 'The connection to the provider failed' : `The provider ${known}`
  return new GatewayError('connection', `${words}${code ? ` (${code})` : ''}.`, {
    cause,
    ...(code === undefined ? {} : { code }),
    ...(UNREACHED.has(code ?? '') ? { unreached: true } : {}),
  })
}
