/** The recorded traffic of openrouter through all official clients. */

import { proveFolder } from './prove.ts'

proveFolder('openrouter')
