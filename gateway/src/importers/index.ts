/** The configurations of other gateways, read into one of ours. */

export { readSource } from './read-source.ts'
export { IMPORT_SOURCES, importSettings, type ImportResult } from './run-import.ts'
export { WRITTEN_FORMATS, type WrittenFormat, writtenSettings } from './write-settings.ts'
