/**
 * The form of every error (RFC 9457).
 */
import { Type } from 'typebox'
import { CODES, type Code } from '../../errors.ts'
import { oneOf } from './common.ts'

const CODE_NAMES = Object.keys(CODES) as Code[]

export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'Where the meaning of the code can be read on this daemon' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'What is wrong here, with the value and what is allowed' }),
    code: oneOf(CODE_NAMES, { description: 'Stable; scripts may rely on it' }),
    errors: Type.Array(
      Type.Object({
        field: Type.String({ description: 'JSON pointer into the body, or the name of a query parameter or header' }),
        message: Type.String()
      })
    ),
    requestId: Type.String()
  },
  {
    $id: 'Problem',
    additionalProperties: true,
    examples: [
      {
        type: '/problems/step_moved',
        title: 'The shift is at another step',
        status: 409,
        detail: 'step 1 was meant, the shift is at step 2',
        code: 'step_moved',
        errors: [],
        requestId: '3f0c1d3e-5a53-4d0e-9a0c-0c8f1f1f7c11'
      }
    ]
  }
)

/** The page behind a problem's type. */
export const ExplanationSchema = Type.Object(
  {
    code: oneOf(CODE_NAMES),
    title: Type.String(),
    status: Type.Integer(),
    explanation: Type.String()
  },
  { $id: 'Explanation' }
)
