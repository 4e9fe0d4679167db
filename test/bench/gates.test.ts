/** The benchmark itself: its dice, its limit, and the quick run that must stay inside the published bands. */
import t from 'tap'
import { spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createDice } from './gates/dice.ts'
import { checks, holds } from './gates/expected.ts'
import { ours } from './gates/rules/ours.ts'
import { simulate, type Task } from './gates/simulate.ts'
import { bound, kl, LADDER } from './gates/world.ts'

const MAIN = join(import.meta.dirname, 'main.ts')

function bench(...args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [MAIN, ...args])
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk) => (out += String(chunk)))
    child.stderr.on('data', (chunk) => (err += String(chunk)))
    child.on('close', (code) => resolve({ code, out, err }))
  })
}

t.test('the quick benchmark ends inside every band', async (t) => {
  const { code, out, err } = await bench('gates', '--quick')
  t.equal(err, '')
  t.equal(code, 0, out)
  t.match(out, /^ok +Sluice robust: score clean, start/m)
  t.notMatch(out, /^NOT/m)
})

t.test('anything else is a usage error', async (t) => {
  t.match(await bench('gates', '--fast'), { code: 2, err: /usage/ })
  t.match(await bench(), { code: 2, err: /usage/ })
})

t.test('binomial draws: mean and variance of n p at every size, by walk and by rejection', async (t) => {
  const dice = createDice()
  for (const [n, p] of [
    [30, 0.01],
    [300, 0.03],
    [30_000, 0.002],
    [300_000, 0.01],
    [300, 0.5],
    [100, 0.97]
  ] as const) {
    dice.reseed(n, 1, 7)
    const draws = Array.from({ length: 20_000 }, () => dice.binomial(n, p))
    const mean = draws.reduce((sum, k) => sum + k, 0) / draws.length
    const variance = draws.reduce((sum, k) => sum + (k - mean) ** 2, 0) / draws.length
    const wanted = n * p * (1 - p)
    t.ok(Math.abs(mean - n * p) < 5 * Math.sqrt(wanted / draws.length), `mean ${mean} of ${n * p}`)
    t.ok(Math.abs(variance / wanted - 1) < 0.06, `variance ${variance} of ${wanted}`)
    t.ok(draws.every((k) => Number.isInteger(k) && k >= 0 && k <= n))
  }
})

t.test('minute factors: mean 1 and the coefficient of variation that was asked for', async (t) => {
  const dice = createDice()
  for (const cv of [0.5, 0.7, 1]) {
    dice.reseed(1, 2, 3)
    const draws = Array.from({ length: 40_000 }, () => dice.gammaFactor(cv))
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length
    const deviation = Math.sqrt(draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length)
    t.ok(Math.abs(mean - 1) < 0.02)
    t.ok(Math.abs(deviation / cv - 1) < 0.04)
  }
  t.equal(dice.gammaFactor(0), 1)
})

t.test('the theoretical limit: 4.18 nats, and the published floors of evidence', async (t) => {
  t.equal(kl(0.95, 0.01).toFixed(2), '4.18')
  const floor = (p1: number) => bound({ rps: 0.001, p0: 0.002, p1 }, 0.01).toFixed(1)
  t.strictSame([0.004, 0.006, 0.01, 0.02, 0.05, 0.5].map(floor), ['10.8', '6.4', '4.1', '2.7', '1.8', '0.9'])
})

t.test('the same seed is the same luck; another is not', async (t) => {
  const cell = { rps: 50, p0: 0.002, p1: 0.01 }
  const task: Task = { rule: '', cell, noise: 'independent', onset: 'start', ladder: LADDER, shifts: 20, seed: 1 }
  const run = (seed: number) => simulate({ ...task, seed }, ours('robust'))
  t.strictSame(run(1), run(1))
  t.notSame(run(1), run(2))
})

t.test('a figure outside of its band does not hold', async (t) => {
  const check = { what: '', got: 1.8, low: 1.44, high: 1.76, share: false }
  t.equal(holds(check), false)
  t.equal(holds({ ...check, got: 1.6 }), true)
  t.ok(
    checks([], true).some((one) => !holds(one)),
    'a study of nothing proves nothing'
  )
})

t.test('docs/gating.md shows the pictures that the benchmark draws, and no other', async (t) => {
  const docs = join(import.meta.dirname, '../../docs')
  const page = await readFile(join(docs, 'gating.md'), 'utf8')
  const shown = [...page.matchAll(/\(pictures\/([^)]+)\)/g)].map(([, name]) => name)
  t.strictSame(shown, ['evidence.svg', 'step-back.svg', 'excess.svg', 'false-rollbacks.svg'])
  const files = await readdir(join(docs, 'pictures'))
  t.ok(shown.every((name) => name !== undefined && files.includes(name)))
})
