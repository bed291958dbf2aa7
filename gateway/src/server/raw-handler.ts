/** What handles a model operation: on Node's own request and response, without a framework between. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { House } from './context.ts'

export type RawHandler = (
  house: House,
  request: IncomingMessage,
  response: ServerResponse,
  id: string,
) => Promise<void>
