/**
 * The composition root: the only place that builds things. Reads the configuration, opens the store, takes up every open shift,
 * listens. Closing stops deciding, saves, and moves no traffic.
 */
import { hostname } from 'node:os'
import { ulid } from 'ulid'
import { makeAws } from './aws/aws.ts'
import { systemClock, type Clock } from './clock.ts'
import { loadConfig, type Config } from './config/config.ts'
import { lateCatalogue, makeCatalogue, type LoadedCatalogue } from './config/catalogue.ts'
import { requestDocuments } from './config/requestDocuments.ts'
import type { ShiftId } from './core/shift.ts'
import type { Ms } from './core/time.ts'
import { watchOrphans } from './engine/orphans.ts'
import { startReplica, storedSeen, type Replica, type ReplicaDeps } from './engine/replica.ts'
import { makeService } from './engine/service.ts'
import { makeSupervisor } from './engine/supervisor.ts'
import { ShiftError } from './errors.ts'
import { buildApp } from './http/app.ts'
import { listen } from './http/server.ts'
import { cloudwatchAlarms, cloudwatchObserver } from './observers/index.ts'
import { httpProber } from './probes/index.ts'
import { makeOutgoing, type Outgoing } from './outgoing.ts'
import { makeRouter } from './routers/index.ts'
import { openStore, type Opened } from './stores/index.ts'
import type { Store } from './stores/store.ts'
import { makeLogger, type Logger } from './telemetry/log.ts'
import { makeMetrics, type Metrics } from './telemetry/metrics.ts'
import { makeWitness, type TellingWitness } from './telemetry/witness.ts'

/** Closing takes at most 10 s (CONTRACT 1); of these the writes on their way get half. */
const WRITES_CLOSE_MS: Ms = 5_000
const HTTP_CLOSE_MS: Ms = 3_000
const NOTIFY_CLOSE_MS: Ms = 1_000

/** Where roles are assumed when no region is configured anywhere; routes have their own, from their ARNs. */
const FALLBACK_REGION = 'us-east-1'

export interface Daemon {
  readonly url: string
  close(reason: string): Promise<void>
  /** Policies and migrations, all or nothing. Throws ShiftError with every error, and keeps what was. */
  reload(): Promise<void>
  readonly done: Promise<void>
}

/** Throws ConfigError or ShiftError where it cannot start; nothing is left running then. */
export async function startDaemon(options: {
  readonly configFile: string
  readonly env: NodeJS.ProcessEnv
  /** `store.type: dynamodb`: makes the table where it is missing. */
  readonly createTable?: boolean
}): Promise<Daemon> {
  const config = await loadConfig(options.configFile, options.env)
  const log = makeLogger(config.log)
  const clock = systemClock()
  const metrics = makeMetrics()
  const opened = await openStore(config.store, {
    clock,
    owner: `${hostname()}-${ulid(clock.now())}`,
    observe: (call) => metrics.awsCall(call),
    createTable: options.createTable ?? false
  })
  try {
    const catalogue = await catalogueOrNone(config, options.env, opened.store, log)
    return await compose({ config, catalogue, log, metrics, clock }, opened)
  } catch (err) {
    await opened.store.close()
    throw err
  }
}

/**
 * A file that is wrong must not end the watch over a shift that runs: its policy is frozen in the store. With open shifts the
 * daemon starts without policies and migrations, says why, and takes them up; nothing new can start until a reload succeeds.
 */
async function catalogueOrNone(
  config: Config,
  env: NodeJS.ProcessEnv,
  store: Store,
  log: Logger
): Promise<LoadedCatalogue> {
  try {
    return await makeCatalogue(config, env)
  } catch (err) {
    if (!(err instanceof ShiftError) || (await store.open()).length === 0) throw err
    log.error({ errors: err.errors, detail: err.message }, 'open shifts go on; nothing new can start before a reload')
    return lateCatalogue(() => makeCatalogue(config, env))
  }
}

interface Base {
  readonly config: Config
  readonly catalogue: LoadedCatalogue
  readonly log: Logger
  readonly metrics: Metrics
  readonly clock: Clock
}

function makeOutside(aws: ReturnType<typeof makeAws>, clock: Clock) {
  return {
    router: makeRouter({ aws, clock }),
    observer: cloudwatchObserver({ aws, clock }),
    alarms: cloudwatchAlarms({ aws, clock }),
    prober: httpProber({ clock })
  }
}

/** What a service has to ask where another replica may lead. */
function amongReplicas({ lease, store }: NonNullable<Opened['shared']>) {
  return { leads: () => lease.holds(), storedSeen: (id: ShiftId) => storedSeen(store, id) }
}

async function compose({ config, catalogue, log, metrics, clock }: Base, { store, shared }: Opened): Promise<Daemon> {
  const region = config.aws.region ?? FALLBACK_REGION
  const guard = shared?.lease
  const aws = makeAws({ clock, region, observe: (call) => metrics.awsCall(call), ...(guard && { guard }) })
  const outside = makeOutside(aws, clock)
  const outgoing = makeOutgoing({ config, aws, store, clock, log, metrics, region })
  const witness = makeWitness({ log, metrics, clock })
  const { voice, turned: onTurned } = outgoing
  const supervisor = makeSupervisor({ ...outside, store, clock, witness, voice, onTurned, replica: shared !== null })
  metrics.watching(() => supervisor.running().length)
  const sluice = makeService({
    catalogue,
    router: outside.router,
    store,
    supervisor,
    clock,
    newId: () => `shf_${ulid(clock.now())}`,
    maxOpen: config.limits.concurrentShifts,
    ...(shared && amongReplicas(shared)),
    hasTokens: config.server.auth.tokens.length > 0,
    region,
    voice
  })
  const app = buildApp({
    sluice,
    auth: config.server.auth,
    metrics,
    log,
    clock,
    ...requestDocuments({ region: config.aws.region, clock })
  })
  const server = await listen(app, config.server, clock)
  warn(log, catalogue, outgoing)
  const replica = shared && joinReplicas({ ...shared, supervisor, clock, log, telling: witness })
  const resumed = replica ? null : await supervisor.resume()
  witness.lead(replica === null)
  log.info({ url: server.url, ...(resumed !== null && { shifts: resumed }), store: config.store.type }, 'listening')
  const off = new AbortController()
  const leads = () => replica?.leads() ?? true
  void watchOrphans({ router: outside.router, store, catalogue, witness, clock, leads, voice }, off.signal)
  outgoing.start(leads, () => supervisor.running())
  const ended = Promise.withResolvers<void>()
  const close = async (reason: string) => {
    log.info({ signal: reason }, 'closing; traffic stays where it is')
    off.abort()
    const decided = Promise.all([supervisor.close(WRITES_CLOSE_MS), replica?.stop(), outgoing.close(NOTIFY_CLOSE_MS)])
    // Another replica may lead the moment that nothing of ours is on its way.
    await Promise.all([decided.then(() => replica?.release()), server.close(HTTP_CLOSE_MS)]).catch((err: unknown) =>
      log.warn({ err }, 'the lease could not be given back; it runs out')
    )
    aws.close()
    await store.close()
    ended.resolve()
  }
  // Whoever waits for the address finds a daemon that has taken up its shifts.
  await server.announce().catch(async (err: unknown) => {
    await close('the address cannot be written')
    throw err
  })
  return { url: server.url, done: ended.promise, reload: () => readAgain(catalogue, log, outgoing), close }
}

/** Stands for leadership among the replicas of one table. */
function joinReplicas(
  deps: Omit<ReplicaDeps, 'told' | 'failed'> & { readonly log: Logger; readonly telling: TellingWitness }
): Replica {
  const { log, telling } = deps
  return startReplica({
    ...deps,
    told: (epoch) => {
      telling.lead(epoch !== null)
      if (epoch === null) log.warn({ leader: false }, 'another replica may lead now; nothing is decided here')
      else log.info({ leader: true, epoch }, 'this replica leads')
    },
    failed: (kind, err) => telling.failed(kind, null, err)
  })
}

/** Policies and migrations again, all or nothing. */
async function readAgain(catalogue: LoadedCatalogue, log: Logger, outgoing: Outgoing): Promise<void> {
  const { policies, migrations } = await catalogue.reload().catch((err: unknown) => {
    const errors = err instanceof ShiftError ? err.errors : []
    log.error({ errors, err }, 'policies and migrations are not valid; those that were stay')
    throw err
  })
  warn(log, catalogue, outgoing)
  log.info({ policies, migrations }, 'policies and migrations read again')
}

function warn(log: Logger, catalogue: LoadedCatalogue, outgoing: Outgoing): void {
  outgoing.check(catalogue)
  for (const { file, key, message } of catalogue.warnings()) log.warn({ file, key, detail: message }, 'configuration')
}
