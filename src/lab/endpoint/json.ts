// Reads the members of an AWS JSON request with AWS's errors for what is missing or of the wrong type. Knows no operation.

import { AwsError } from './service.ts'

export type JsonInput = Readonly<Record<string, unknown>>

const missing = (key: string): AwsError => new AwsError('MissingParameter', `The parameter ${key} is required.`)
const wrong = (key: string, want: string): AwsError => new AwsError('InvalidParameterValue', `${key} must be ${want}.`)

export function parseJson(body: string): JsonInput {
  try {
    return asObject(JSON.parse(body), 'the request')
  } catch {
    throw new AwsError('SerializationException', 'The request is not a JSON object')
  }
}

export function asObject(value: unknown, key: string): JsonInput {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(key, 'an object')
  return value as JsonInput
}

export function text(input: JsonInput, key: string): string | undefined {
  const value = input[key]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw wrong(key, 'a string')
  return value
}

export function needText(input: JsonInput, key: string): string {
  const value = text(input, key)
  if (value === undefined) throw missing(key)
  return value
}

export function number(input: JsonInput, key: string): number | undefined {
  const value = input[key]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(key, 'a number')
  return value
}

export function needNumber(input: JsonInput, key: string): number {
  const value = number(input, key)
  if (value === undefined) throw missing(key)
  return value
}

export function list(input: JsonInput, key: string): readonly unknown[] | undefined {
  const value = input[key]
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value)) throw wrong(key, 'a list')
  return value
}

export const texts = (input: JsonInput, key: string): readonly string[] | undefined =>
  list(input, key)?.map((one) => {
    if (typeof one !== 'string') throw wrong(key, 'a list of strings')
    return one
  })
