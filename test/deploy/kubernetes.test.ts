/**
 * The manifest that we ship for several replicas: a daemon starts with the settings in it, and looks where its volumes are mounted.
 */
import { join } from 'node:path'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { loadConfig } from '../../src/config/config.ts'
import { textOf } from '../house/files.ts'

interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly data?: Readonly<Record<string, string>>
  readonly spec?: { readonly template?: { readonly spec: { readonly containers: readonly Container[] } } }
}
interface Container {
  readonly env: readonly { readonly name: string; readonly value?: string }[]
  readonly volumeMounts: readonly { readonly mountPath: string }[]
  readonly ports: readonly { readonly containerPort: number }[]
}

t.test('the settings in deploy/kubernetes are those of a daemon, and fit what is mounted and set', async (t) => {
  const all = parseAllDocuments(textOf('deploy/kubernetes/sluice.yaml')).map((doc) => doc.toJS() as Manifest)
  const container = all.flatMap(({ spec }) => spec?.template?.spec.containers ?? [])[0]
  const settings = all.find(({ kind }) => kind === 'ConfigMap')?.data?.['sluice.yaml']
  if (container === undefined || settings === undefined) throw new Error('no container, or no settings')
  const set = container.env.map(({ name, value }) => [name, value ?? 'a'.repeat(64)] as const)
  const env = Object.fromEntries(set)
  const here = settings.replaceAll('/etc/sluice/', './')
  const folder = t.testdir({ 'sluice.yaml': here, policies: {}, migrations: {} })
  const config = await loadConfig(join(folder, 'sluice.yaml'), env)
  t.match(config, { store: { type: 'dynamodb', table: 'sluice' }, aws: { region: env['AWS_REGION'] } })
  t.equal(config.server.port, container.ports[0]?.containerPort)
  const mounted = container.volumeMounts.map(({ mountPath }) => mountPath)
  t.ok(
    mounted.some((path) => env['SLUICE_CONFIG']?.startsWith(`${path}/`)),
    'the settings are where SLUICE_CONFIG says'
  )
  t.ok(mounted.includes('/etc/sluice/migrations'))
})
