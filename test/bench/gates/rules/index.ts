/** The rules of the benchmark by name, in the order of its tables. */
import type { JudgeMaker } from '../judge.ts'
import { ours } from './ours.ts'
import { alarm, argo, burnRate, flagger, kayenta } from './peers.ts'
import { cusum, mixture, oracle } from './tests.ts'

export const OURS = ['Sluice robust', 'Sluice fast'] as const
export const ORACLE = 'oracle SPRT (knows p0, p1, onset)'

export const RULES: Readonly<Record<string, JudgeMaker>> = {
  'Sluice robust': ours('robust'),
  'Sluice fast': ours('fast'),
  'Argo, failureLimit 0': argo(0),
  'Argo, failureLimit 3': argo(3),
  'Flagger, threshold 5': flagger(5),
  'CloudWatch alarm 2 of 3': alarm(2, 3),
  'burn rate 5m&1m 14.4x, 30m&5m 6x': burnRate(),
  'Kayenta-like Mann-Whitney per step': kayenta(),
  'plain mSPRT (no change-time mix)': mixture(false),
  'CUSUM, 3 charts': cusum(8),
  'REL only (change-time mix)': mixture(true),
  [ORACLE]: oracle()
}

export const PEERS = Object.keys(RULES).filter((name) => name !== ORACLE && !(OURS as readonly string[]).includes(name))
