/** The recorded traffic of anthropic through all official clients. */

import { proveFolder } from './prove.ts'

proveFolder('anthropic')
