/**
 * The parts of a dashboard's body, as far as Sluice uses them, and the names under which Sluice tells CloudWatch its own percent.
 */

/** Columns of CloudWatch's grid. */
export const GRID = 24

/** What the heartbeat publishes (`heartbeat: cloudwatch`): percent of new that is live, 0 to 100. */
export const OWN = { namespace: 'Sluice', metric: 'Percent', migration: 'Migration', route: 'Route' } as const

export interface MetricOptions {
  readonly id?: string
  readonly label?: string
  readonly stat?: string
  readonly region?: string
  readonly accountId?: string
  readonly visible?: boolean
  readonly yAxis?: 'left' | 'right'
  readonly color?: string
  readonly expression?: string
}

/** `[namespace, metric, name, value, …, options]`, or `[{ expression }]`. */
export type MetricRow = readonly (string | MetricOptions)[]

export interface Axis {
  readonly min?: number
  readonly max?: number
  readonly label?: string
  readonly showUnits?: boolean
}

interface Place {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface TextWidget extends Place {
  readonly type: 'text'
  readonly properties: { readonly markdown: string }
}

export interface MetricWidget extends Place {
  readonly type: 'metric'
  readonly properties: {
    readonly title: string
    readonly view: 'timeSeries'
    readonly stacked: false
    readonly region: string
    readonly period: number
    readonly metrics: readonly MetricRow[]
    readonly yAxis: { readonly left: Axis; readonly right: Axis }
  }
}

export type Widget = TextWidget | MetricWidget
