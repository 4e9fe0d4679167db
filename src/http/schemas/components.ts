/**
 * Every component of the OpenAPI document, in the order in which it lists them.
 */
import { DashboardSchema } from './dashboard.ts'
import {
  DocumentSchema,
  HealthSchema,
  IndexSchema,
  LivenessSchema,
  ReloadedSchema,
  StopSchema,
  ValidationSchema
} from './documents.ts'
import { EventSchema } from './event.ts'
import { MeSchema, OverviewSchema } from './overview.ts'
import { ExplanationSchema, ProblemSchema } from './problem.ts'
import { ReportSchema } from './report.ts'
import { SeriesSchema } from './series.ts'
import { ShiftSchema } from './shift.ts'

export const COMPONENTS = [
  ShiftSchema,
  EventSchema,
  ReportSchema,
  SeriesSchema,
  StopSchema,
  OverviewSchema,
  MeSchema,
  DocumentSchema,
  DashboardSchema,
  ValidationSchema,
  ReloadedSchema,
  LivenessSchema,
  HealthSchema,
  IndexSchema,
  ProblemSchema,
  ExplanationSchema
] as const
