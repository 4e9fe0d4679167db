// The REST-XML protocol, both ways: the path and query of a request, its body as objects, answers as XML. Knows no operation.

import { XMLBuilder, XMLParser } from 'fast-xml-parser'
import { AwsError } from './service.ts'

export type XmlInput = Readonly<Record<string, unknown>>

/** What an answer is made of: a list repeats its key; `undefined` is left out. */
export type XmlTree = string | number | boolean | undefined | readonly XmlTree[] | { readonly [key: string]: XmlTree }

const lists = new Set(['Change', 'ResourceRecord'])
const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  isArray: (name) => lists.has(name)
})
const builder = new XMLBuilder({ ignoreAttributes: false, suppressEmptyNode: false })

export const restXmlNamespace = 'https://route53.amazonaws.com/doc/2013-04-01/'

/** The content of the body's one root element. */
export function readXml(body: string, root: string): XmlInput {
  const parsed: unknown = parse(body)
  const content = fields(fields(parsed)[root])
  if (Object.keys(content).length === 0) throw new AwsError('MalformedInput', `Unexpected body: ${root} is expected`)
  return content
}

function parse(body: string): unknown {
  try {
    return parser.parse(body, true)
  } catch {
    throw new AwsError('MalformedInput', 'The body is not well-formed XML')
  }
}

export const fields = (value: unknown): XmlInput =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as XmlInput) : {}

export const list = (value: unknown): readonly XmlInput[] => (Array.isArray(value) ? value.map(fields) : [])

export function text(input: XmlInput, key: string): string | undefined {
  const value = input[key]
  return typeof value === 'string' ? value : undefined
}

export function writeXml(root: string, content: XmlTree): string {
  const namespace = { '@_xmlns': restXmlNamespace }
  const tree = { [root]: { ...namespace, ...fields(pruned(content)) } }
  return `<?xml version="1.0"?>\n${builder.build(tree)}`
}

/** The builder would write `undefined` as an element; booleans and numbers become text. */
function pruned(tree: XmlTree): unknown {
  if (typeof tree !== 'object') return String(tree)
  if (isList(tree)) return tree.map(pruned)
  const kept = Object.entries(tree).filter(([, value]) => value !== undefined)
  return Object.fromEntries(kept.map(([key, value]) => [key, pruned(value)]))
}

const isList = (tree: XmlTree): tree is readonly XmlTree[] => Array.isArray(tree)
