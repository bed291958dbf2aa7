/** Errors in this dialect, both ways. */

import type { ErrorCodec } from '../dialect.ts'
import { decodeError } from './error-decode.ts'
import { encodeError } from './error-encode.ts'

export const errors: ErrorCodec = { decode: decodeError, encode: encodeError }
