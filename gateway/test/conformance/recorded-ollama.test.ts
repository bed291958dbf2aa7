/** The recorded traffic of ollama through all official clients. */

import { proveFolder } from './prove.ts'

proveFolder('ollama')
