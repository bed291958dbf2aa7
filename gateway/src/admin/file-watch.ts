/**
 * Notices when one of some files changes, appears or comes back, by watching folders: editors put new files in place of old ones, and
 * clusters turn a link to another folder. A file that is gone is no change: it may be on its way.
 */

import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Clock, Timer } from '#core'
import type { Logger } from '#observe'
import { inodeOf, placesOf, stampOf } from './file-places.ts'

/** Editors write in several steps. */
const SETTLED_MS = 300

interface Watched {
  readonly watcher: FSWatcher
  /** Which folder it was: another one may come under its name. */
  readonly inode: number
  names: ReadonlySet<string>
}

export class FileWatch {
  readonly #clock: Clock
  readonly #onChange: () => void
  readonly #logger: Logger
  readonly #folders = new Map<string, Watched>()
  #files: readonly string[] = []
  /** How each file was when it was taken over. */
  #seen: ReadonlyMap<string, string> = new Map()
  /** A change was seen and not told yet. */
  #owes = false
  /** Those that are missing, as they were told last. */
  #missed = ''
  #timer: Timer | undefined

  constructor(clock: Clock, onChange: () => void, logger: Logger) {
    this.#clock = clock
    this.#onChange = onChange
    this.#logger = logger
  }

  /** These from now on, by absolute path. As they are now they are known. */
  follow(files: readonly string[]): void {
    this.#files = files
    this.#seen = this.#look()
    this.#open()
  }

  /** We write one of them now: a change that somebody made before is kept in mind. */
  settle(): void {
    this.#owes ||= !same(this.#look(), this.#seen)
  }

  close(): void {
    this.#timer?.cancel()
    this.follow([])
  }

  /** Watches every folder in which one of the names stands that matter. */
  #open(): void {
    const wanted = Map.groupBy(new Set(this.#files.flatMap(placesOf)), (place) => dirname(place))
    for (const [folder, { watcher, inode }] of this.#folders) {
      if (wanted.has(folder) && inode === inodeOf(folder)) continue
      watcher.close()
      this.#folders.delete(folder)
    }
    for (const [folder, places] of wanted)
      this.#watch(folder, new Set(places.map((place) => basename(place))))
  }

  #watch(folder: string, names: ReadonlySet<string>): void {
    const known = this.#folders.get(folder)
    if (known !== undefined) known.names = names
    const inode = inodeOf(folder)
    if (known !== undefined || inode === undefined) return
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        if (name === null || this.#folders.get(folder)?.names.has(name) === true) this.#stir()
      })
      watcher.on('error', (fault) => this.#blind(folder, fault))
      this.#folders.set(folder, { watcher, inode, names })
    } catch (fault) {
      this.#blind(folder, fault)
    }
  }

  #blind(folder: string, fault: unknown): void {
    this.#folders.get(folder)?.watcher.close()
    this.#folders.delete(folder)
    const reason = fault instanceof Error && 'code' in fault ? String(fault.code) : 'unknown error'
    this.#logger.warn({ folder, reason }, 'cannot be watched')
  }

  #stir(): void {
    this.#timer?.cancel()
    this.#timer = this.#clock.timer(SETTLED_MS, () => this.#settled())
  }

  #settled(): void {
    // A link may lead elsewhere now, and a folder be another one.
    this.#open()
    const now = this.#look()
    // Reading a file, or what we have written ourselves, is no change.
    if (!this.#owes && same(now, this.#seen)) return
    if (this.#misses(now)) return
    this.#seen = now
    this.#owes = false
    this.#onChange()
  }

  /** Whoever takes a file away for good says so by an order. */
  #misses(now: ReadonlyMap<string, string>): boolean {
    const files = this.#files.filter((file) => this.#seen.get(file) !== '' && now.get(file) === '')
    const missed = files.join('\n')
    if (missed !== '' && missed !== this.#missed)
      this.#logger.warn(
        { files },
        'gone: the configuration stays as it is until they are back or a reload is ordered',
      )
    this.#missed = missed
    return missed !== ''
  }

  #look(): ReadonlyMap<string, string> {
    return new Map(this.#files.map((file) => [file, stampOf(file)]))
  }
}

function same(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([file, stamp]) => other.get(file) === stamp)
}
