// What Route 53 refuses of a change, before anybody has thought about the wire: the code and the sentences.

export type RefusalCode = 'InvalidChangeBatch' | 'InvalidInput'

export class Refusal extends Error {
  readonly code: RefusalCode

  constructor(code: RefusalCode, message: string) {
    super(message)
    this.name = 'Refusal'
    this.code = code
  }
}

/** InvalidChangeBatch tells all of its messages in one pair of brackets. */
export const badBatch = (messages: readonly string[]): Refusal =>
  new Refusal('InvalidChangeBatch', `[${messages.join(', ')}]`)

export const badInput = (message: string): Refusal => new Refusal('InvalidInput', message)
