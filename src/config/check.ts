/**
 * Does a value have the shape of a schema? Fills in the defaults on the way. One compiled validator for each schema.
 */
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { Static, TSchema } from 'typebox'
import { keyPath, type Path } from './path.ts'
import type { Complaint } from './problem.ts'
import { ANNOTATIONS } from './schemas/leaf.ts'
import { jsonSchemaOf } from './schemas/section.ts'
import { complaintOf } from './sentence.ts'

export interface Checked<T> {
  /** Null where the shape is not to be trusted. Keys that are unknown or not available do not spoil it. */
  readonly value: T | null
  readonly complaints: readonly Complaint[]
}

/** `value` is changed: its defaults are filled in. */
export type Check<T> = (value: unknown, written?: (path: Path) => string | null) => Checked<T>

export function checkOf<Schema extends TSchema>(schema: Schema): Check<Static<Schema>> {
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    discriminator: true,
    useDefaults: true,
    allowUnionTypes: true,
    multipleOfPrecision: 6,
    strict: true,
    strictTypes: true,
    strictRequired: false
  })
  ajv.addVocabulary([...ANNOTATIONS])
  const valid = ajv.compile<Static<Schema>>(jsonSchemaOf(schema))
  return (value, written = () => null) => {
    if (valid(value)) return { value, complaints: [] }
    const errors = valid.errors ?? []
    const sound = errors.every(({ keyword, parentSchema }) => {
      return keyword === 'additionalProperties' || keyword === 'if' || (keyword === 'not' && !parentSchema?.['enum'])
    })
    const complaints = errors.flatMap((error) => complaintOf(error, written) ?? [])
    return { value: sound ? (value as Static<Schema>) : null, complaints: onceEach(complaints) }
  }
}

/** One value can break several keywords of one schema, which is one sentence to a person. */
function onceEach(complaints: readonly Complaint[]): readonly Complaint[] {
  return [...new Map(complaints.map((one) => [`${keyPath(one.path)} ${one.message}`, one])).values()]
}
