// The data plane: what users get follows the weights, the cookies and the state of the targets, and CloudWatch counts it.

import { ModifyListenerCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import t from 'tap'
import { stuckTo } from '../../src/lab/stickiness.ts'
import { aLab, ask, forward, metric, quick, total, until } from './support.ts'

t.test('weights split requests, path by path', async (t) => {
  const { lab, elb } = await aLab(t, { seed: 7 })
  const DefaultActions = [forward(lab, { 'shop-old-web': 80, 'shop-new-web': 20 })]
  await elb.send(new ModifyListenerCommand({ ListenerArn: lab.arns.listener('web'), DefaultActions }))
  const sides = await ask(lab, 500)
  const share = (sides['new'] ?? 0) / 500
  t.ok(share > 0.12 && share < 0.28, `20 % meant, ${share * 100} % measured`)
  t.same(await ask(lab, 40, '/api/orders?page=1'), { old: 40 }, 'the rule is as it was')
})

t.test('weight 0 gets nothing, and where all are 0 users get 503', async (t) => {
  const { lab } = await aLab(t)
  lab.overwrite('web', { 'shop-old-web': 0, 'shop-new-web': 5 })
  t.same(await ask(lab, 60), { new: 60 })
  lab.overwrite('web', { 'shop-old-web': 0, 'shop-new-web': 0 })
  t.same(await ask(lab, 5), { none: 5 })
  t.same(lab.traffic.record.summary().byStatus, { 200: 60, 503: 5 })
})

t.test(
  'with stickiness on, users stay with their group whatever the weights say, until the group leaves',
  async (t) => {
    const { lab } = await aLab(t)
    lab.overwrite('web', { 'shop-old-web': 0, 'shop-new-web': 1 }, 3600)
    t.same(await ask(lab, 1, '/', 1), { new: 1 })
    lab.overwrite('web', { 'shop-old-web': 1, 'shop-new-web': 0 })
    t.same(await ask(lab, 20, '/', 1), { new: 20 }, 'the cookie outranks weight 0')
    t.same(await ask(lab, 20, '/', 2), { old: 20 }, 'who comes now follows the weights')
    lab.overwrite('web', { 'shop-old-web': 1 })
    t.same(await ask(lab, 20, '/', 1), { old: 20 }, 'its group has left the action')
  }
)

t.test('without stickiness an old cookie binds nobody', async (t) => {
  const { lab } = await aLab(t)
  lab.overwrite('web', { 'shop-old-web': 0, 'shop-new-web': 1 }, 3600)
  await ask(lab, 1, '/', 1)
  lab.overwrite('web', { 'shop-old-web': 1, 'shop-new-web': 0 }, 0)
  t.same(await ask(lab, 10, '/', 1), { old: 10 })
})

t.test('the cookie comes in two forms, and binds only as long as its duration', async (t) => {
  const { lab } = await aLab(t)
  lab.overwrite('web', { 'shop-old-web': 0, 'shop-new-web': 1 }, 60)
  const answer = await fetch(lab.url)
  const cookies = answer.headers.getSetCookie().join('; ')
  t.match(cookies, /AWSALBTG=.*AWSALBTGCORS=.*SameSite=None; Secure/)
  const fresh = lab.arns.targetGroup('shop-new-web')
  const sticky = { groups: [{ arn: fresh, weight: 0 }], stickiness: { enabled: true, seconds: 60 } }
  t.equal(stuckTo(sticky, cookies, Date.now()), fresh)
  t.equal(stuckTo(sticky, cookies, Date.now() + 60_000), undefined)
  t.equal(stuckTo(sticky, 'AWSALBTG=nonsense', Date.now()), undefined)
})

t.test('an empty group answers 503, which has no RequestCount and no target group', async (t) => {
  const bench = await aLab(t, quick)
  const { lab } = bench
  await lab.cluster('new').scale(0)
  lab.overwrite('web', { 'shop-old-web': 0, 'shop-new-web': 1 })
  t.same(await ask(lab, 12), { none: 12 })
  await until('the 503s are visible', async () => (await total(bench, metric(lab, 'HTTPCode_ELB_503_Count'))) === 12)
  t.equal(await total(bench, metric(lab, 'HTTPCode_ELB_5XX_Count')), 12)
  t.equal(await total(bench, metric(lab, 'RequestCount')), undefined)
  t.equal(await total(bench, metric(lab, 'RequestCount', 'shop-new-web')), undefined)
  t.equal(await total(bench, metric(lab, 'HTTPCode_ELB_503_Count', 'shop-new-web')), undefined)
})

t.test('dead targets answer 502: a RequestCount without a target code', async (t) => {
  const bench = await aLab(t, quick)
  const { lab } = bench
  await lab.cluster('new').crash()
  lab.overwrite('web', { 'shop-new-web': 1 })
  await ask(lab, 9)
  t.same(lab.traffic.record.summary().byStatus, { 502: 9 })
  const requests = metric(lab, 'RequestCount', 'shop-new-web')
  await until('the requests are visible', async () => (await total(bench, requests)) === 9)
  t.equal(await total(bench, metric(lab, 'HTTPCode_ELB_502_Count')), 9)
  t.equal(await total(bench, metric(lab, 'HTTPCode_Target_2XX_Count', 'shop-new-web')), undefined)
  t.equal(await total(bench, metric(lab, 'HTTPCode_Target_5XX_Count', 'shop-new-web')), undefined)
  await lab.cluster('new').start()
  t.same(await ask(lab, 9), { new: 9 }, 'it comes back on the same port')
})

t.test('a target that never answers is given up with 504', async (t) => {
  const bench = await aLab(t, { ...quick, targetTimeoutMs: 100 })
  const { lab } = bench
  lab.cluster('old').set({ hang: true, onlyPath: '/api' })
  await ask(lab, 3, '/api/1')
  await ask(lab, 3)
  t.same(lab.traffic.record.summary().byStatus, { 504: 3, 200: 3 })
  await until('the 504s are visible', async () => (await total(bench, metric(lab, 'HTTPCode_ELB_504_Count'))) === 3)
  t.equal(await total(bench, metric(lab, 'RequestCount', 'shop-old-api')), 3)
})

t.test(
  'an unhealthy target gets nothing while another is healthy; when all are unhealthy all get requests',
  async (t) => {
    const { lab } = await aLab(t)
    const states = () => lab.health('shop-old-web').map((one) => one.state)
    await lab.cluster('old').crash(0)
    await until('one is unhealthy', () => states().includes('unhealthy'))
    t.same(await ask(lab, 30), { old: 30 })
    await lab.cluster('old').start(0)
    lab.cluster('old').set({ healthy: false })
    await until('all are unhealthy', () => states().every((state) => state === 'unhealthy'))
    t.same(await ask(lab, 30), { old: 30 }, 'fails open')
  }
)

t.test('a cluster answers in the mix that it was given', async (t) => {
  const { lab } = await aLab(t)
  lab.cluster('old').set({ errorRate: 0.3, statusMix: { 404: 0.2 } })
  await ask(lab, 400)
  const { byStatus, errors } = lab.traffic.record.summary()
  const near = (count: number | undefined, share: number): boolean => Math.abs((count ?? 0) / 400 - share) < 0.1
  t.ok(near(byStatus['500'], 0.3) && near(byStatus['404'], 0.2) && near(byStatus['200'], 0.5), JSON.stringify(byStatus))
  t.equal(errors, byStatus['500'], 'a 404 is no error')
})

t.test('bodies go through the proxy in both directions', async (t) => {
  const { lab } = await aLab(t)
  const answer = await fetch(`${lab.url}/api/orders`, { method: 'POST', body: 'x'.repeat(100_000) })
  t.same(await answer.json(), { cluster: 'old', status: 200 })
})
