/** The recorded traffic of every folder through all official clients: all of it, or the sample of a plain test run. */

import { FOLDERS } from './exchange.ts'
import { proveFolder } from './prove.ts'

for (const folder of FOLDERS) proveFolder(folder)
