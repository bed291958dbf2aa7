/** All that can be asked of the gateway, in the order of the page. */

import { FORWARDED_CHAPTER } from './forwarded-chapter.ts'
import { LANGUAGE_CHAPTERS } from './language-chapters.ts'
import type { Chapter, Operation } from './operation.ts'
import { OWN_CHAPTERS } from './own-chapters.ts'

export const CHAPTERS: readonly Chapter[] = [...LANGUAGE_CHAPTERS, FORWARDED_CHAPTER, ...OWN_CHAPTERS]

export const OPERATIONS: readonly Operation[] = CHAPTERS.flatMap(({ operations }) => operations)
