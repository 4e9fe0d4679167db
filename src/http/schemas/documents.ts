/**
 * The smaller answers: documents of the catalogue, the red button, health, validation, the index.
 */
import { Type } from 'typebox'
import { At, nullable, oneOf } from './common.ts'

export const DocumentSchema = Type.Object(
  {
    name: Type.String(),
    file: Type.String(),
    document: Type.Record(Type.String(), Type.Unknown(), {
      description: 'In the form of the YAML files, with every default filled in; externalId is left out'
    })
  },
  { $id: 'Document' }
)

export const StopSchema = Type.Object(
  {
    stopped: Type.Boolean(),
    action: nullable(oneOf(['hold', 'rollback'])),
    reason: nullable(Type.String()),
    actor: nullable(Type.String()),
    at: nullable(At)
  },
  { $id: 'Stop' }
)

export const HealthSchema = Type.Object(
  {
    live: Type.Boolean({ description: 'The loop turns' }),
    ready: Type.Boolean(),
    store: oneOf(['ok', 'unavailable']),
    leader: Type.Boolean(),
    shifts: Type.Integer({ description: 'Open shifts' }),
    lastObservationAt: nullable(At)
  },
  { $id: 'Health' }
)

export const ReloadedSchema = Type.Object({ policies: Type.Integer(), migrations: Type.Integer() }, { $id: 'Reloaded' })

export const ValidationSchema = Type.Object(
  {
    valid: Type.Boolean(),
    errors: Type.Array(Type.Unknown()),
    warnings: Type.Array(Type.Unknown()),
    names: Type.Array(Type.Unknown(), { description: 'Documents that were found' })
  },
  { $id: 'Validation' }
)

export const IndexSchema = Type.Object(
  {
    name: Type.String(),
    version: Type.String(),
    description: Type.String(),
    links: Type.Record(Type.String(), Type.String())
  },
  { $id: 'Index' }
)
