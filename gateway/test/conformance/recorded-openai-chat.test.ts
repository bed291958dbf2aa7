/** The recorded traffic of openai-chat through all official clients. */

import { proveFolder } from './prove.ts'

proveFolder('openai-chat')
