/** How wrong use is refused: in one line, as every other failure, and nothing that was said is dropped in silence. */

import { type Command, InvalidArgumentError } from 'commander'

/** Commands that are added later do the same. */
export function tellInOneLine(command: Command): void {
  command.configureOutput({
    outputError: (text, write) => {
      const line = text
        .trim()
        .replace(/^error: /, '')
        .replaceAll(/\s*\n\s*/g, ' ')
      write(`sluice: ${line}\n`)
    },
  })
}

/** For the flag of a file, of which the last would win over what was said before. */
export function once(value: string, before: string | undefined): string {
  if (value.trim() === '') throw new InvalidArgumentError('It must name a file.')
  if (before !== undefined) throw new InvalidArgumentError(`It is given twice, before as '${before}'.`)
  return value
}
