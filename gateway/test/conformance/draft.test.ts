import { writeFileSync } from 'node:fs'
import { test } from 'vitest'
import { CORPUS_FOLDER } from '../corpus.ts'
import { CLIENTS, exchangesOf, FOLDERS, setAside } from './exchange.ts'
import { forAll, judge, openHall } from './matrix.ts'

for (const folder of FOLDERS) {
  test(folder, async () => {
    const all = (exchangesOf(folder) ?? []).filter((e) => e.status === 200 && setAside(e) === undefined)
    const hall = await openHall(CORPUS_FOLDER, all)
    const t = performance.now()
    const out: string[] = []
    let n = 0
    for (const client of CLIENTS)
      for (const stream of [false, true]) {
        const js = await forAll(all, (e) => judge(hall, e, client, stream))
        n += js.length
        for (const j of js) out.push(...j.mistakes)
      }
    console.log(folder, n, 'ms', performance.now() - t, 'mistakes', out.length)
    writeFileSync(`/tmp/mistakes-${folder}.txt`, out.join('\n'))
    await hall.close()
  }, 120_000)
}
