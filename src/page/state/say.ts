/**
 * What a screen reader is told when something happens that nobody asked for.
 */
import { makeStore } from './store.ts'

export const said = makeStore('')

export function say(text: string): void {
  said.set(text)
}
