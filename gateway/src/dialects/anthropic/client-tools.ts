/** Tools this dialect's models know by a type alone, though the client runs them: for everybody else they are functions. */

import { type JsonObject, numberOf, stringOf } from '#core'

interface Described {
  readonly description: string
  readonly parameters: JsonObject
}

const TEXT = { type: 'string' } as const
const NUMBER = { type: 'integer' } as const
const PLACE = { type: 'array', items: NUMBER, description: 'x and y in pixels.' } as const

/** What is said of a tool where its type says nothing; undefined for tools that only the provider can run. */
export function described(wire: JsonObject): Described | undefined {
  const [, kind, version = ''] = /^([a-z_]+)_(20\d{6})$/.exec(stringOf(wire['type']) ?? '') ?? []
  switch (kind) {
    case 'bash':
      return BASH
    case 'text_editor':
      return textEditor(version)
    case 'memory':
      return MEMORY
    case 'computer':
      return computer(wire)
    default:
      return undefined
  }
}

const BASH: Described = {
  description:
    'Runs a command in a bash session that lasts, on the user’s machine, and returns what it writes.',
  parameters: {
    type: 'object',
    properties: {
      command: { ...TEXT, description: 'Left out where the session is started anew.' },
      restart: { type: 'boolean', description: 'Starts the session anew.' },
    },
  },
}

const VIEW = 'view shows a file with line numbers, or what is in a folder.'
const CHANGES =
  'create writes a whole file. str_replace puts new_str in the place of old_str, which must stand in the file exactly once.'

const FILE: JsonObject = {
  path: TEXT,
  file_text: { ...TEXT, description: 'For create.' },
  old_str: { ...TEXT, description: 'For str_replace.' },
  view_range: {
    type: 'array',
    items: NUMBER,
    description: 'For view: the first and the last line, -1 for the end of the file.',
  },
  insert_line: { ...NUMBER, description: 'For insert: the line after which it goes, 0 for the beginning.' },
}

/** The versions of 2025-07-28 on have a field of its own for what is inserted; those before 2025-04-29 could undo. */
function textEditor(version: string): Described {
  const undoes = version < '20250429'
  const inserted = version < '20250728' ? {} : { insert_text: { ...TEXT, description: 'For insert.' } }
  const commands = ['view', 'create', 'str_replace', 'insert', ...(undoes ? ['undo_edit'] : [])]
  return {
    description: `Shows and changes text files on the user’s machine. ${VIEW} ${CHANGES} insert adds lines.`,
    parameters: {
      type: 'object',
      properties: {
        command: { ...TEXT, enum: commands },
        ...FILE,
        new_str: {
          ...TEXT,
          description: version < '20250728' ? 'For str_replace and insert.' : 'For str_replace.',
        },
        ...inserted,
      },
      required: ['command', 'path'],
    },
  }
}

const MEMORY: Described = {
  description:
    `Keeps notes from one conversation to the next as files under /memories; look there first. ${VIEW} ${CHANGES} ` +
    'insert adds lines, delete removes a file or folder, rename gives it another path.',
  parameters: {
    type: 'object',
    properties: {
      command: { ...TEXT, enum: ['view', 'create', 'str_replace', 'insert', 'delete', 'rename'] },
      ...FILE,
      new_str: { ...TEXT, description: 'For str_replace.' },
      insert_text: { ...TEXT, description: 'For insert.' },
      old_path: { ...TEXT, description: 'For rename.' },
      new_path: { ...TEXT, description: 'For rename.' },
    },
    required: ['command'],
  },
}

const ACTIONS = [
  'screenshot',
  'mouse_move',
  'left_click',
  'right_click',
  'middle_click',
  'double_click',
  'triple_click',
  'left_click_drag',
  'left_mouse_down',
  'left_mouse_up',
  'scroll',
  'cursor_position',
  'type',
  'key',
  'hold_key',
  'wait',
]

function computer(wire: JsonObject): Described {
  const [width, height] = [numberOf(wire['display_width_px']), numberOf(wire['display_height_px'])]
  const size = width === undefined || height === undefined ? '' : ` of ${width} by ${height} pixels`
  return {
    description: `Works the user’s computer by its screen${size}, mouse and keyboard. Take a screenshot before and after.`,
    parameters: {
      type: 'object',
      properties: {
        action: { ...TEXT, enum: ACTIONS },
        coordinate: PLACE,
        start_coordinate: { ...PLACE, description: 'For left_click_drag: x and y of where it begins.' },
        text: { ...TEXT, description: 'What to type; the keys for key and hold_key, such as ctrl+s.' },
        scroll_direction: { ...TEXT, enum: ['up', 'down', 'left', 'right'] },
        scroll_amount: { ...NUMBER, description: 'Clicks of the wheel.' },
        duration: { type: 'number', description: 'Seconds, for wait and hold_key.' },
      },
      required: ['action'],
    },
  }
}
