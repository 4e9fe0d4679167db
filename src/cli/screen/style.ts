/**
 * How a drawing looks: tones instead of colours, and glyphs for terminals with Unicode and without. Nothing is said by colour
 * alone: whoever has none reads the same.
 */
import { styleText } from 'node:util'
import type { PhaseName, Verdict } from '../../core/shift.ts'
import type { Terminal } from '../io.ts'

export type Tone = 'good' | 'warn' | 'bad' | 'alarm' | 'strong' | 'dim' | 'plain'

export type Paint = (tone: Tone, text: string) => string

const STYLES = {
  good: ['green'],
  warn: ['yellow'],
  bad: ['red', 'bold'],
  alarm: ['inverse', 'bold'],
  strong: ['bold'],
  dim: ['dim'],
  plain: []
} as const satisfies Record<Tone, readonly string[]>

export const inColour: Paint = (tone, text) => styleText([...STYLES[tone]], text, { validateStream: false })
export const inPlain: Paint = (_tone, text) => text

export interface Glyphs {
  /** A bar's parts from an eighth to full, and what is behind it. */
  readonly bar: readonly string[]
  readonly rest: string
  /** Where a bar should end. */
  readonly mark: string
  /** A graph's heights, lowest first, and a gap. */
  readonly heights: readonly string[]
  readonly gap: string
  readonly done: string
  readonly here: string
  readonly ahead: string
  readonly verdicts: Readonly<Record<Verdict, string>>
}

export const UNICODE: Glyphs = {
  bar: ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'],
  rest: '░',
  mark: '┃',
  heights: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  gap: '·',
  done: '✓',
  here: '▶',
  ahead: '·',
  verdicts: { pass: '✓', breach: '✗', hold: '‖', inconclusive: '…', blind: '?' }
}

export const ASCII: Glyphs = {
  bar: ['#'],
  rest: '-',
  mark: '|',
  heights: ['_', '.', ':', '-', '=', '+', '*', '#'],
  gap: ' ',
  done: 'x',
  here: '>',
  ahead: ' ',
  verdicts: { pass: '+', breach: 'X', hold: '=', inconclusive: '~', blind: '?' }
}

/** What is drawn on. */
export interface Canvas {
  readonly width: number
  readonly height: number
  readonly paint: Paint
  readonly glyphs: Glyphs
  /** Drawn once, not watched. */
  readonly once?: true
}

export function canvasOf(terminal: Terminal, height: number): Canvas {
  return {
    width: terminal.columns(),
    height,
    paint: terminal.colour ? inColour : inPlain,
    glyphs: terminal.unicode ? UNICODE : ASCII
  }
}

export function toneOfVerdict(verdict: Verdict): Tone {
  switch (verdict) {
    case 'pass':
      return 'good'
    case 'breach':
      return 'bad'
    case 'hold':
    case 'inconclusive':
    case 'blind':
      return 'warn'
  }
}

export function toneOfPhase(phase: PhaseName): Tone {
  switch (phase) {
    case 'completed':
    case 'baking':
    case 'draining':
      return 'good'
    case 'preflight':
    case 'converging':
    case 'released':
      return 'strong'
    case 'awaiting_approval':
    case 'paused':
    case 'aborted':
    case 'refused':
      return 'warn'
    case 'halted':
    case 'rolling_back':
    case 'rolled_back':
    case 'stuck':
    case 'failed':
      return 'bad'
  }
}
