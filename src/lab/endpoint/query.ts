// The AWS query protocol, both ways: form fields `Actions.member.1.Type=forward` into lists and objects, and objects into
// XML. Knows no operation.

import type { Opaque } from '../action.ts'

export type QueryInput = Readonly<Record<string, Opaque>>

type Node = Map<string, Node | string>

/** Numbered children of `member` become a list; maps (`entry.1.key`) stay objects with a list under `entry`. */
export function parseQuery(body: string): QueryInput {
  const root: Node = new Map()
  for (const [path, value] of new URLSearchParams(body)) {
    const keys = path.split('.')
    const last = keys.pop() ?? ''
    let node = root
    for (const key of keys) {
      const next = node.get(key)
      const child: Node = next instanceof Map ? next : new Map<string, Node | string>()
      node.set(key, child)
      node = child
    }
    node.set(last, value)
  }
  return settle(root) as QueryInput
}

function settle(node: Node | string): Opaque {
  if (typeof node === 'string') return node
  const members = node.get('member')
  if (members instanceof Map && node.size === 1) return numbered(members)
  return Object.fromEntries(
    [...node].map(([key, value]) => [key, key === 'entry' && value instanceof Map ? numbered(value) : settle(value)])
  )
}

function numbered(members: Node): readonly Opaque[] {
  return [...members].toSorted(([one], [other]) => Number(one) - Number(other)).map(([, value]) => settle(value))
}

export function text(input: QueryInput, key: string): string | undefined {
  const value = input[key]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A list; an empty one is sent as an empty field. */
export function list(input: QueryInput, key: string): readonly Opaque[] | undefined {
  const value = input[key]
  if (value === '') return []
  return Array.isArray(value) ? (value as readonly Opaque[]) : undefined
}

export const texts = (input: QueryInput, key: string): readonly string[] =>
  (list(input, key) ?? []).filter((one) => typeof one === 'string')

export function fields(value: Opaque | undefined): QueryInput {
  return typeof value === 'object' && !Array.isArray(value) ? (value as QueryInput) : {}
}

/** What an answer is made of; `undefined` is left out. */
export type Tree = string | number | boolean | undefined | readonly Tree[] | { readonly [key: string]: Tree }

export function toXml(tree: Tree): string {
  if (tree === undefined) return ''
  if (typeof tree !== 'object') return escape(String(tree))
  if (isList(tree)) return tree.map((one) => `<member>${toXml(one)}</member>`).join('')
  return Object.entries(tree)
    .map(([key, value]) => {
      if (value === undefined) return ''
      if (key === 'entry' && isList(value)) return value.map((one) => `<entry>${toXml(one)}</entry>`).join('')
      return `<${key}>${toXml(value)}</${key}>`
    })
    .join('')
}

const isList = (tree: Tree): tree is readonly Tree[] => Array.isArray(tree)

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escape = (raw: string): string => raw.replaceAll(/[&<>"]/g, (char) => escapes[char] ?? char)
