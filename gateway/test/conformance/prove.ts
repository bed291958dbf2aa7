/** The proof of one folder of recordings, as tests. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CORPUS_FOLDER, fingerprintOf, NO_CORPUS } from '../corpus.ts'
import { type ErrorSeen, seeErrors } from './errors.ts'
import {
  CLIENTS,
  type DialectUnderTest,
  exchangesOf,
  FOLDERS,
  otherOperations,
  type RecordedExchange,
  setAside,
} from './exchange.ts'
import { forAll, type Hall, judge, type Judgement, openHall, type Split } from './matrix.ts'
import { committedSection, WRITES, writeSection } from './page.ts'
import { type Answers, type Posted, postAll } from './requests.ts'
import { sampleLine, sampleOf } from './sample.ts'
import { sectionOf } from './section.ts'

const LONG = 120_000

/** Pieces of one byte, of a few, and of sizes drawn from a seed. */
const SPLITS: readonly Split[] = [{ split: 1 }, { split: 3 }, { split: 7 }, { seed: 11 }]

export function proveFolder(folder: string): void {
  const recorded = exchangesOf(folder)
  const all = recorded ?? []
  const whole = all.filter((exchange) => setAside(exchange) === undefined)
  const part = sampleOf(whole)
  const usable = WRITES ? whole : part
  const answered = usable.filter((exchange) => exchange.status === 200)
  const failed = whole.filter((exchange) => exchange.status >= 400)
  const errorsAsked = WRITES ? failed : failed.slice(0, 1)
  const cutUp = piecesOf(answered, folder)

  describe.skipIf(recorded === undefined)(
    `recordings of ${folder}${recorded === undefined ? `: ${NO_CORPUS}` : ''}`,
    () => {
      let hall: Hall
      const judgements: Judgement[] = []
      let splits: Judgement[] = []
      let errors: ErrorSeen[] = []
      let posts: Posted[] = []

      beforeAll(async () => {
        hall = await openHall(
          CORPUS_FOLDER,
          [...answered, ...errorsAsked].map((exchange) => ({ exchange })),
        )
      }, LONG)
      afterAll(() => hall.close())

      const modes = CLIENTS.flatMap((client) => [false, true].map((stream) => ({ client, stream })))
      test.each(modes)(
        'every answer reaches the $client client (streamed: $stream)',
        async ({ client, stream }) => {
          const found = await forAll(answered, (exchange) => judge(hall, exchange, client, stream))
          judgements.push(...found)
          expect(found.flatMap((one) => one.mistakes)).toEqual([])
          expect(found).toHaveLength(answered.length)
        },
        LONG,
      )

      test(
        'pitfall 263: the same comes out however the network cuts the answer',
        async () => {
          const cut = await openHall(CORPUS_FOLDER, cutUp)
          const cases = cutUp.flatMap(({ exchange, split }) =>
            CLIENTS.flatMap((client) => [false, true].map((stream) => ({ exchange, split, client, stream }))),
          )
          splits = await forAll(cases, (one) => judge(cut, one.exchange, one.client, one.stream, one.split))
          await cut.close()
          expect(splits.flatMap((one) => one.mistakes)).toEqual([])
        },
        LONG,
      )

      test(
        'P13 every error is raised as the client’s own class, with the provider’s words',
        async () => {
          errors = await seeErrors(hall, errorsAsked)
          expect(errors.flatMap((one) => one.mistakes)).toEqual([])
        },
        LONG,
      )

      test(
        'pitfall 267: every request arrives byte for byte in its own language, and valid in the others',
        async () => {
          posts = await postAll(CORPUS_FOLDER, usable, plainAnswers())
          expect(posts.flatMap((one) => one.mistakes)).toEqual([])
        },
        LONG,
      )

      test('the conformance page says what was found', ({ skip }) => {
        // When only some of the tests were chosen there is nothing to compare.
        if (judgements.length < answered.length * modes.length)
          skip('a page is made only of all answers, and here only some were asked for or came')
        const sample = sampleLine(judgements, part)
        const leftOut = all.flatMap((exchange) => setAside(exchange) ?? [])
        const fingerprint = fingerprintOf(folder)
        const others = otherOperations(folder)
        const evidence = { fingerprint, sample, judgements, splits, errors, posts, leftOut, others }
        if (WRITES) writeSection(folder, sectionOf(folder, evidence))
        expect(committedSection(folder)).toContain(`Index ${fingerprint}.`)
        expect(committedSection(folder)).toContain(sample)
      })
    },
  )
}

/** One streamed exchange in six, each with the cut that is its turn; of the sample the shortest, and no single bytes. */
function piecesOf(
  exchanges: readonly RecordedExchange[],
  folder: string,
): { exchange: RecordedExchange; split: Split }[] {
  const streams = exchanges.filter((exchange) => exchange.streamed && exchange.body().length < 6000)
  const shortest = streams.toSorted((one, other) => one.body().length - other.body().length).slice(0, 1)
  const chosen = WRITES ? streams.filter((_, at) => at % 6 === 0) : shortest
  const cuts = WRITES ? SPLITS : SPLITS.slice(1)
  const turn = WRITES ? 0 : FOLDERS.indexOf(folder)
  return chosen.map((exchange, at) => ({ exchange, split: cuts[(turn + at) % cuts.length] ?? {} }))
}

/** For each language a plain recorded answer, for a provider that is asked in it. */
function plainAnswers(): Answers {
  return {
    'openai-chat': plainAnswer('openai-chat'),
    'openai-responses': plainAnswer('openai-responses'),
    anthropic: plainAnswer('anthropic'),
    gemini: plainAnswer('gemini'),
    bedrock: plainAnswer('bedrock'),
    ollama: plainAnswer('ollama'),
  }
}

function plainAnswer(dialect: DialectUnderTest): RecordedExchange {
  const folder = dialect === 'bedrock' ? 'bedrock-converse' : dialect
  const found = exchangesOf(folder)?.find(
    (one) => one.status === 200 && !one.streamed && one.dialect === dialect && one.operation === 'chat',
  )
  if (found === undefined) throw new Error(`There is no plain recorded answer in ${dialect}.`)
  return found
}
