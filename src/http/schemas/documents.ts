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
      description:
        'In the form of the YAML files, with every default filled in; externalId and what stands in the query of a probe are left out'
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

const LIVENESS = {
  live: Type.Boolean({ description: 'The loop of every shift turns; false after five minutes without a turn' }),
  leader: Type.Boolean(),
  shifts: Type.Integer({ description: 'Open shifts that run here' }),
  lastObservationAt: nullable(At)
}

export const LivenessSchema = Type.Object(LIVENESS, { $id: 'Liveness' })

export const HealthSchema = Type.Object(
  { ...LIVENESS, ready: Type.Boolean(), store: oneOf(['ok', 'unavailable']) },
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
