/**
 * The body of a CloudWatch dashboard: AWS's schema, as far as Sluice uses it.
 */
import { Type } from 'typebox'
import { oneOf } from './common.ts'

const Grid = Type.Integer({ minimum: 0, maximum: 1000 })

const WidgetSchema = Type.Object({
  type: oneOf(['text', 'metric']),
  x: Grid,
  y: Type.Integer({ minimum: 0 }),
  width: Grid,
  height: Grid,
  properties: Type.Record(Type.String(), Type.Unknown())
})

export const DashboardSchema = Type.Object(
  {
    start: Type.String(),
    periodOverride: oneOf(['inherit']),
    widgets: Type.Array(WidgetSchema)
  },
  {
    $id: 'Dashboard',
    description:
      'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html'
  }
)
