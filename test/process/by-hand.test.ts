/**
 * What stands under `rollback.commands`, pasted into a shell when Sluice is gone: run by the real AWS CLI, where the machine has
 * one, against the lab.
 */
import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { forwardOf } from '../../src/lab/action.ts'
import { dnsSpec } from '../../src/lab/dns/spec.ts'
import { startLab, type Lab } from '../../src/lab/lab.ts'
import { migrationYaml } from '../../src/lab/migration.ts'
import { shopSpec, type LabSpec } from '../../src/lab/spec.ts'
import { aDaemon, until } from './support/daemon.ts'

const run = promisify(execFile)
const ROUTES = ['web', 'api', 'api-dns']

const POLICY = `apiVersion: sluice/v1
kind: Policy
name: half
description: waits at one half
steps: [{ percent: 50, bake: 1h }]
gates: [{ name: errors, type: errorRate, max: 50%, against: none, minRequests: 1, period: 1s, delay: 1s }]
alb: { settle: 500ms }
dns: { staleFactor: 1, ttlFloor: 1s }
preflight: { healthyWithin: 2m }
converge: { deadline: 5m }
drain: { residual: 30%, for: 1s, deadline: 30s }
`

/** The folder of the first `aws` in PATH that can be run, or null. */
async function awsCli(): Promise<string | null> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const found = await access(join(folder, 'aws'), constants.X_OK).then(
      () => true,
      () => false
    )
    if (found) return folder
  }
  return null
}

/** A default action that is sticky, a rule, and records of two types. */
function specOf(): LabSpec {
  const shop = shopSpec()
  const sticky = shop.loadBalancers.map((lb) => ({
    ...lb,
    listeners: lb.listeners.map((listener) => ({ ...listener, stickySeconds: 600 }))
  }))
  return dnsSpec({ base: { ...shop, loadBalancers: sticky } })
}

const record = (lab: Lab) => lab.dns.routes[0]?.record ?? ''

/** New's part of each route as it is written, 0 to 1; records by type. */
function onNew(lab: Lab): Readonly<Record<string, number>> {
  const part = (weights: Readonly<Record<string, number>>, isNew: (name: string) => boolean): number => {
    const all = Object.entries(weights)
    const sum = (list: typeof all) => list.reduce((total, [, weight]) => total + weight, 0)
    return sum(all.filter(([name]) => isNew(name))) / sum(all)
  }
  const records = (type: string) => part(lab.dns.weights(record(lab), type), (name) => name === 'green')
  const rule = (name: string) => part(lab.weights(name), (group) => group.includes('-new-'))
  return { web: rule('web'), api: rule('api'), A: records('A'), AAAA: records('AAAA') }
}

function stickySeconds(lab: Lab, rule: string): number | null {
  const actions = lab.world
    .rules()
    .find(({ name }) => name === rule)
    ?.actions.versions.at(-1)?.value
  const stickiness = actions && forwardOf(actions)?.stickiness
  return stickiness?.enabled ? (stickiness.seconds ?? 0) : null
}

async function halfWay(t: Test) {
  const lab = await startLab({ spec: specOf(), rps: 6, dns: { aliasTtlSeconds: 1 }, healthTimeoutMs: 20_000 })
  t.teardown(() => lab.close())
  const daemon = await aDaemon(t, lab, {
    policies: { half: POLICY },
    migrations: { shop: migrationYaml(lab, { name: 'shop', routes: ROUTES }) }
  })
  const id = await daemon.shift('shop', 'half')
  const { commands } = await until('the commands by hand', async () => {
    const { rollback } = await daemon.get(id)
    return rollback.commands.length > 0 ? rollback : null
  })
  await daemon.untilPhase(id, 'baking', 50)
  return { lab, daemon, id, commands }
}

const folder = await awsCli()
const skip = folder === null ? 'there is no AWS CLI (aws) in PATH' : false

void t.test(
  'the printed commands restore every route without Sluice, which understands it later',
  { skip },
  async (t) => {
    const { lab, daemon, id, commands } = await halfWay(t)
    t.strictSame(onNew(lab), { web: 0.5, api: 0.5, A: 0.5, AAAA: 0.5 })
    t.equal(stickySeconds(lab, 'web'), 600)
    t.equal(commands.length, ROUTES.length, 'one line for each route, printed before the first write')
    t.strictSame((await daemon.get(id)).rollback.commands, commands, 'they stay what they were')

    await daemon.process.end('SIGKILL')
    const env = {
      ...lab.env,
      AWS_PAGER: '',
      AWS_EC2_METADATA_DISABLED: 'true',
      PATH: process.env['PATH'],
      HOME: t.testdir()
    }
    for (const command of commands) await run('sh', ['-c', command], { env })
    t.strictSame(onNew(lab), { web: 0, api: 0, A: 0, AAAA: 0 }, 'every route is back')
    t.equal(stickySeconds(lab, 'web'), null, 'and nobody sticks to new')

    const calls = (operation: RegExp) => lab.calls.list().filter((call) => operation.test(call.operation)).length
    const before = { rules: calls(/^Modify/), records: calls(/^Change/) }
    await daemon.process.start()
    const halted = await daemon.untilPhase(id, 'halted')
    t.equal(halted.attention, 'drift', halted.explain)
    await daemon.order(id, 'abort', { reason: 'done by hand' })
    t.equal((await daemon.untilEnded(id)).phase, 'aborted')
    t.strictSame(onNew(lab), { web: 0, api: 0, A: 0, AAAA: 0 }, 'what was done by hand stands')
    t.equal(calls(/^Modify/), before.rules, 'and was not written again')
    t.equal(
      calls(/^Change/),
      before.records + 1,
      'but records once, as they stand: nobody can ask whether theirs is INSYNC'
    )
  }
)
