/** Amazon's names of errors, and what they mean. */

import type { ErrorType } from '#core'

const MEANINGS: ReadonlyMap<string, ErrorType> = new Map<string, ErrorType>([
  ['validation', 'invalid-request'],
  ['serialization', 'invalid-request'],
  ['conflict', 'invalid-request'],
  ['unrecognizedclient', 'provider-authentication'],
  ['invalidsignature', 'provider-authentication'],
  ['incompletesignature', 'provider-authentication'],
  ['signaturedoesnotmatch', 'provider-authentication'],
  ['invalidclienttokenid', 'provider-authentication'],
  ['missingauthenticationtoken', 'provider-authentication'],
  ['expiredtoken', 'provider-authentication'],
  ['accessdenied', 'provider-permission'],
  ['optinrequired', 'provider-permission'],
  ['resourcenotfound', 'model-not-found'],
  ['throttling', 'rate-limited'],
  ['toomanyrequests', 'rate-limited'],
  ['servicequotaexceeded', 'quota-exceeded'],
  ['modeltimeout', 'timeout'],
  ['modelnotready', 'overloaded'],
  ['serviceunavailable', 'overloaded'],
  ['internalserver', 'provider-error'],
  ['internalfailure', 'provider-error'],
  ['modelerror', 'provider-error'],
  ['modelstreamerror', 'provider-error'],
])

/** Names are said with and without namespace, address and ending, and with either case at their head. */
export function plainName(name: string): string {
  return name.split(':', 1)[0]?.split('#').at(-1)?.trim() ?? ''
}

export function meaningOf(name: string): ErrorType | undefined {
  return MEANINGS.get(
    plainName(name)
      .toLowerCase()
      .replace(/exception$/, ''),
  )
}

/** The name a client's SDK knows for an error of ours. */
export function nameFor(type: ErrorType): string {
  switch (type) {
    case 'authentication':
    case 'provider-authentication':
      return 'UnrecognizedClientException'
    case 'permission':
    case 'provider-permission':
    case 'billing':
      return 'AccessDeniedException'
    case 'not-found':
    case 'model-not-found':
      return 'ResourceNotFoundException'
    case 'rate-limited':
      return 'ThrottlingException'
    case 'quota-exceeded':
      return 'ServiceQuotaExceededException'
    case 'timeout':
    case 'deadline':
      return 'ModelTimeoutException'
    case 'overloaded':
    case 'busy':
    case 'unavailable':
      return 'ServiceUnavailableException'
    case 'internal':
    case 'not-implemented':
    case 'provider-error':
    case 'connection':
    case 'bad-answer':
    case 'cut-stream':
    case 'cancelled':
      return 'InternalServerException'
    case 'invalid-request':
    case 'context-length':
    case 'unsupported':
    case 'content-policy':
    case 'method-not-allowed':
    case 'too-large':
    case 'unprocessable':
    case 'loop':
      return 'ValidationException'
  }
}

/** Inside a stream only five are known. */
export function streamNameFor(type: ErrorType): string {
  switch (nameFor(type)) {
    case 'ValidationException':
    case 'ResourceNotFoundException':
    case 'UnrecognizedClientException':
    case 'AccessDeniedException':
      return 'validationException'
    case 'ThrottlingException':
    case 'ServiceQuotaExceededException':
      return 'throttlingException'
    case 'ServiceUnavailableException':
      return 'serviceUnavailableException'
    default:
      return type === 'internal' ? 'internalServerException' : 'modelStreamErrorException'
  }
}
