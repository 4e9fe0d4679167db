/**
 * The golden vectors H1 to H7: counts, and what an independent implementation of the same formulas said about them. Robust;
 * objective 1 %; plan 1, 5, 25, 100 % with bakes of 5 minutes; 30 baseline blocks of 30,000 requests.
 */

const CALM = [
  60, 58, 63, 55, 61, 60, 66, 52, 59, 62, 57, 60, 64, 61, 58, 60, 59, 63, 62, 55, 60, 61, 58, 66, 54, 60, 62, 59, 61, 60
]
const NOISY = [
  20, 140, 35, 90, 60, 10, 150, 45, 70, 30, 110, 60, 20, 95, 55, 80, 15, 130, 40, 65, 25, 105, 60, 50, 85, 35, 120, 45,
  75, 60
]

/** `n1 e1 n0 e0 w | lnE_R lnE_A S SF Q Q Q shared clear rollback back`; first at block 0, in H2 at 0 and 5. */
const TABLE = `
# H1 0 0.04 5x at start
300 3 29700 60 0.01 | 0.5813 -0.3771 2.3574 0.0000 -0.115 -0.100 0.000 0 0 0 -
300 4 29700 58 0.01 | 3.2007 -0.3881 6.0000 0.0000 -0.371 -0.321 0.000 0 0 0 0.0098
300 2 29700 61 0.01 | 3.8077 -0.4768 6.0000 0.0000 -0.393 -0.340 0.000 0 0 0 0.0241
300 3 29700 59 0.01 | 5.7578 -0.5153 6.0000 0.0000 -0.512 -0.443 0.000 0 0 1 0.0139
300 4 29700 60 0.01 | 8.9418 -0.5242 6.0000 0.0000 -0.756 -0.654 0.000 0 0 1 0.0098
300 3 29700 62 0.01 | 10.8667 -0.5660 6.0000 0.0000 -0.864 -0.748 0.000 0 0 1 0.0140
# H2 0 0.04 healthy then 5 % at the 5 % step
300 0 29700 60 0.01 | -0.4041 -0.4681 0.0000 0.0000 0.000 -0.000 -0.002 0 1 0 -
300 1 29700 58 0.01 | -0.4306 -0.5175 0.1061 0.0000 0.000 -0.003 -0.023 0 1 0 -
300 0 29700 61 0.01 | -0.5117 -0.5555 0.0000 0.0000 0.000 -0.003 -0.025 0 1 0 -
300 1 29700 59 0.01 | -0.5339 -0.5837 0.0961 0.0000 0.000 -0.006 -0.046 0 1 0 -
300 0 29700 60 0.01 | -0.5922 -0.6130 0.0000 0.0000 0.000 -0.006 -0.048 0 1 0 -
1500 75 28500 57 0.05 | 8.8185 9.4322 6.0000 0.0000 -41.382 -33.812 0.000 0 0 1 0.0023
1500 70 28500 55 0.05 | 20.8184 21.4322 6.0000 0.0000 -79.427 -64.919 0.000 0 0 1 0.0025
# H3 0 0.04 shared outage
7500 15 22500 45 0.25 | -0.6112 -0.5108 0.0000 0.0000 0.000 -0.050 -0.307 0 1 0 -
7500 16 22500 44 0.25 | -0.7461 -0.5361 0.0000 0.0000 0.000 -0.106 -0.639 0 1 0 -
7500 750 22500 2250 0.25 | -1.1245 -0.5621 0.0000 0.0000 0.000 -0.805 -1.337 1 1 0 -
7500 740 22500 2260 0.25 | -1.3080 -0.5888 0.0000 0.0000 0.000 -1.398 -1.540 1 1 0 -
7500 15 22500 46 0.25 | -1.3820 -0.6162 0.0000 0.0000 0.000 -1.447 -1.838 1 1 0 -
# H4 0.00105012 0.477208 overdispersed baseline, mild excess
300 2 29700 60 0.01 | -0.0663 -0.3636 0.5932 0.0000 -0.135 -0.094 0.000 0 1 0 -
300 2 29700 60 0.01 | 0.1177 -0.4325 1.1865 0.0000 -0.270 -0.188 0.000 0 0 0 -
300 2 29700 60 0.01 | 0.4191 -0.4799 1.7797 0.0000 -0.405 -0.281 0.000 0 0 0 -
# H5 0 0.04 2x mid-step: asks for a step back in the first bad bucket
7500 15 22500 45 0.25 | -0.6112 -0.5108 0.0000 0.0000 0.000 -0.050 -0.307 0 1 0 -
7500 14 22500 46 0.25 | -0.7194 -0.5361 0.0000 0.0000 0.000 -0.086 -0.548 0 1 0 -
7500 31 22500 45 0.25 | -0.8347 -0.5621 4.5287 0.0000 -0.766 -0.547 0.000 0 0 0 0.0521
7500 30 22500 44 0.25 | -0.5701 -0.5888 6.0000 0.0000 -1.985 -1.480 0.000 0 0 0 0.0543
7500 29 22500 46 0.25 | 0.3777 -0.6162 6.0000 0.0000 -2.814 -2.111 0.000 0 0 0 0.0610
# H6 0 0.04 one-minute 3x burst: back, acquitted
7500 15 22500 45 0.25 | -0.6112 -0.5108 0.0000 0.0000 0.000 -0.050 -0.307 0 1 0 -
7500 14 22500 46 0.25 | -0.7194 -0.5361 0.0000 0.0000 0.000 -0.086 -0.548 0 1 0 -
7500 46 22500 45 0.25 | -1.0301 -0.5621 6.0000 0.0000 -4.785 -3.664 0.000 0 0 0 0.0269
7500 15 22500 44 0.25 | -1.5626 -0.5888 3.2317 0.0000 -4.472 -3.402 0.000 0 0 0 -
7500 14 22500 46 0.25 | -1.6512 -0.6162 0.0000 0.0000 -4.231 -3.198 0.000 0 1 0 -
# H7 0 0.04 at 100 %: 2x asks for a step back to 50 %
30000 62 0 0 1.0 | 0.0000 -0.5108 0.0000 0.0000 0.000 0.000 0.000 0 1 0 -
30000 120 0 0 1.0 | 0.0000 -0.5361 0.0000 6.0000 0.000 0.000 0.000 0 1 0 0.5000
30000 125 0 0 1.0 | 0.0000 -0.5621 0.0000 6.0000 0.000 0.000 0.000 0 1 0 0.5000
`

export interface GoldenRow {
  readonly n1: number
  readonly e1: number
  readonly n0: number
  readonly e0: number
  readonly w: number
  readonly first: boolean
  /** As printed: four decimals, of Q three; back as a share, or `-`. */
  readonly lnRelative: string
  readonly lnAbsolute: string
  readonly amber: string
  readonly frozen: string
  readonly fit: string
  readonly shared: boolean
  readonly clear: boolean
  readonly rollback: boolean
  readonly back: string
}

export interface Golden {
  readonly name: string
  readonly title: string
  readonly gamma: number
  readonly noise: number
  readonly baseline: readonly (readonly [number, number])[]
  readonly rows: readonly GoldenRow[]
}

export const GOLDEN: readonly Golden[] = TABLE.split('# ')
  .slice(1)
  .map((part): Golden => {
    const [head = '', ...lines] = part.trim().split('\n')
    const [name = '', gamma, noise, ...title] = head.split(' ')
    return {
      name,
      title: title.join(' '),
      gamma: Number(gamma),
      noise: Number(noise),
      baseline: (name === 'H4' ? NOISY : CALM).map((e) => [30_000, e]),
      rows: lines
        .filter((line) => line.includes('|'))
        .map((line, i) => rowOf(line, i === 0 || (name === 'H2' && i === 5)))
    }
  })

function rowOf(line: string, first: boolean): GoldenRow {
  const [counts = '', said = ''] = line.split(' | ')
  const [n1 = 0, e1 = 0, n0 = 0, e0 = 0, w = 0] = counts.split(' ').map(Number)
  const [lnRelative = '', lnAbsolute = '', amber = '', frozen = '', q0, q1, q2, shared, clear, rollback, back = ''] =
    said.split(' ')
  const fit = `${q0}/${q1}/${q2}`
  const flags = { shared: shared === '1', clear: clear === '1', rollback: rollback === '1' }
  return { n1, e1, n0, e0, w, first, lnRelative, lnAbsolute, amber, frozen, fit, ...flags, back }
}
