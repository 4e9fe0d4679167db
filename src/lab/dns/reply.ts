// A question and its answer, in the words of DNS and not yet in its bytes.

export interface Question {
  /** As it was asked: case is kept, answers bear it. */
  readonly name: string
  /** `A`, `TXT`, … or `UNKNOWN_65` for what has no name here. */
  readonly type: string
}

export type Rcode = 'NOERROR' | 'FORMERR' | 'SERVFAIL' | 'NXDOMAIN' | 'NOTIMP' | 'REFUSED'

/** One resource record; `data` is written as Route 53 writes values. */
export interface Answer {
  readonly name: string
  readonly type: string
  readonly ttl: number
  readonly data: string
}

export interface Reply {
  readonly rcode: Rcode
  readonly authoritative: boolean
  readonly answers: readonly Answer[]
  /** The SOA record where the answer is negative. */
  readonly authority: readonly Answer[]
}

export const refused: Reply = { rcode: 'REFUSED', authoritative: false, answers: [], authority: [] }
export const notImplemented: Reply = { ...refused, rcode: 'NOTIMP' }
export const serverFailure: Reply = { ...refused, rcode: 'SERVFAIL' }
