/** Numbered pitfalls of translation that no test is named after, each with the reason. The page shows them. */

export interface Untested {
  readonly pitfall: number
  readonly reason: string
}

export const UNTESTED: readonly Untested[] = [
  {
    pitfall: 191,
    reason:
      'Sluice never looks for stop strings itself: the provider gets them, and a language without them is told so in a note.',
  },
  {
    pitfall: 201,
    reason:
      'No setting and no field of a request is merged into a translated body; what an SDK calls `extra_body` is in the body ' +
      'before it is sent.',
  },
  {
    pitfall: 206,
    reason:
      'Open: names of tools are handed on as they are, except those of namespaces, which are made to fit. A provider with ' +
      'narrower rules than the client’s answers such a name with its own 400.',
  },
  {
    pitfall: 213,
    reason:
      'A list never holds tools of both kinds by translation: provider-run tools do not cross to another language, and a body ' +
      'in the provider’s own language passes as it came.',
  },
  {
    pitfall: 225,
    reason: 'Bedrock’s counter is not asked: tokens for its models are estimated here, at no cost.',
  },
]
