/** The order every stream decoder must keep; a broken rule is said in words. */

import { isContent, type ChatEvent } from '#core'

/** What is wrong with the order of the events; empty when nothing is. */
export function blockFaults(events: readonly ChatEvent[]): string[] {
  const faults: string[] = []
  const open = new Map<number, string>()
  let next = 0
  let ended = false
  events.forEach((event, place) => {
    const say = (fault: string): number => faults.push(`${fault} (event ${place}, ${event.type})`)
    if (ended) say('something after the end')
    if (event.type === 'start' ? place !== 0 : place === 0 && event.type !== 'error')
      say('start is not first')
    if (event.type === 'finish' || event.type === 'error') {
      ended = true
      if (open.size > 0) say(`blocks left open: ${[...open.keys()].join(', ')}`)
    }
    if (!('index' in event)) return
    const [kind, step] = event.type === 'citation' ? ['text', 'delta'] : splitType(event.type)
    if (step === 'start' || event.type === 'part') {
      if (event.index !== next) say(`index ${event.index} where ${next} was due`)
      next = event.index + 1
      if (step === 'start') open.set(event.index, kind)
      return
    }
    if (open.get(event.index) !== kind) say(`block ${event.index} is not open as ${kind}`)
    if (step === 'end') open.delete(event.index)
    else if (event.type !== 'citation' && !isContent(event)) say('an empty delta')
  })
  if (!ended) faults.push('no end')
  return faults
}

function splitType(type: string): [string, string] {
  const cut = type.lastIndexOf('-')
  return [type.slice(0, cut), type.slice(cut + 1)]
}
