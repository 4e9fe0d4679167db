/**
 * Many things in few calls. AWS refuses a whole batch for one wrong item: then it is halved until the guilty one stands alone,
 * so that one missing rule never blinds another. Nothing is ever looked up by listing everything.
 */
import { callerOf } from '../../core/account.ts'
import type { AccountRef } from '../../core/migration.ts'
import { AwsFailure } from '../../aws/aws.ts'

/** An item that could not be had. */
export type Got<T> = T | AwsFailure

/** Fetches `arns`, `size` at a time; answers for every one of them. */
export async function inBatches<T>(
  arns: readonly string[],
  size: number,
  fetch: (arns: string[]) => Promise<ReadonlyMap<string, T>>,
  missing: string
): Promise<ReadonlyMap<string, Got<T>>> {
  const distinct = [...new Set(arns)]
  const batches: string[][] = []
  for (let i = 0; i < distinct.length; i += size) batches.push(distinct.slice(i, i + size))
  const answers = await Promise.all(batches.map((batch) => oneBatch(batch, fetch, missing)))
  return new Map(answers.flat())
}

async function oneBatch<T>(
  batch: string[],
  fetch: (arns: string[]) => Promise<ReadonlyMap<string, T>>,
  missing: string
): Promise<[string, Got<T>][]> {
  try {
    const found = await fetch(batch)
    return batch.map((arn) => [arn, found.get(arn) ?? notThere(arn, missing)])
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error
    if (batch.length === 1 || !blamesOne(error)) return batch.map((arn) => [arn, error])
    const middle = Math.ceil(batch.length / 2)
    const halves = [batch.slice(0, middle), batch.slice(middle)]
    return (await Promise.all(halves.map((half) => oneBatch(half, fetch, missing)))).flat()
  }
}

/** Not found, or a malformed ARN. A lack of rights (403) concerns all of them. */
function blamesOne(failure: AwsFailure): boolean {
  return failure.gone || (failure.kind === 'refused' && failure.status === 400)
}

function notThere(arn: string, code: string): AwsFailure {
  return new AwsFailure(`${arn} is not in the answer`, { kind: 'refused', code, gone: true, attempts: 1 })
}

/** A list that comes in pages may be long, but not endless. */
const MOST_PAGES = 1_000

/** Every page; `fetch` gets the marker of the page to read. */
export async function allPages<T>(
  fetch: (marker: string | undefined) => Promise<{ readonly items: readonly T[]; readonly next: string | undefined }>
): Promise<readonly T[]> {
  const items: T[] = []
  let marker: string | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await fetch(marker)
    items.push(...answer.items)
    if (answer.next === undefined || answer.next === '') return items
    marker = answer.next
  }
  throw new AwsFailure(`a list of more than ${MOST_PAGES} pages`, {
    kind: 'refused',
    code: 'TooManyPages',
    attempts: 1
  })
}

/** Routes by where they must be asked for. */
export function byAccount<R extends { readonly account: AccountRef }>(
  routes: readonly R[]
): readonly { readonly account: AccountRef; readonly routes: readonly R[] }[] {
  const groups = Map.groupBy(routes, ({ account }) => callerOf(account))
  return [...groups.values()].flatMap((members) => {
    const [first] = members
    return first === undefined ? [] : [{ account: first.account, routes: members }]
  })
}
