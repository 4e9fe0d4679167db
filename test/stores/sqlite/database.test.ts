/**
 * The database file: its lock, its schema, and what happens where it cannot be used.
 */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { makeStore } from '../../../src/stores/index.ts'
import { openDatabase } from '../../../src/stores/sqlite/database.ts'
import { storeOver } from '../../../src/stores/sqlite/sqlite.ts'
import { aNotice, anEvent, anObservation, aShift, T0 } from '../../support/builders.ts'
import { setClock } from '../../support/setClock.ts'
import { startChild } from './child/run.ts'

const open = (path: string) => makeStore({ type: 'sqlite', path }, setClock())

void t.test('a second daemon on the same file is refused, with the name of the file', async (sub) => {
  const path = join(sub.testdir(), 'sluice.db')
  const store = open(path)
  sub.teardown(() => store.close())
  const child = startChild(sub, 'holder', path)
  const { code, stderr } = await child.exit
  sub.not(code, 0)
  sub.match(stderr, `cannot use the database ${path}: another process has it open`)
  await store.ping()
  sub.throws(() => open(path), { code: 'store_unavailable' }, 'also from within the same process')
})

void t.test('an old database is locked as a new one is', async (sub) => {
  const path = join(sub.testdir(), 'sluice.db')
  await open(path).close()
  const store = open(path)
  sub.teardown(() => store.close())
  const { code, stderr } = await startChild(sub, 'holder', path).exit
  sub.not(code, 0)
  sub.match(stderr, `cannot use the database ${path}: another process has it open`)
})

void t.test('the file is free again when the daemon is killed, and when it closes', async (sub) => {
  const path = join(sub.testdir(), 'sluice.db')
  const child = startChild(sub, 'holder', path)
  const { value } = await child.lines.next()
  sub.equal(value, 'open')
  sub.throws(() => open(path), { code: 'store_unavailable', message: path })
  child.process.kill('SIGKILL')
  await child.exit
  const store = open(path)
  await store.close()
  await open(path).close()
})

void t.test('the folder of the database is created', async (sub) => {
  const folder = join(sub.testdir(), 'a', 'b')
  const store = open(join(folder, 'sluice.db'))
  await store.create(aShift(), [], [], { maxOpen: 1, idempotency: null })
  sub.ok(readdirSync(folder).includes('sluice.db'))
  await store.close()
  sub.same(readdirSync(folder), ['sluice.db'], 'and a closed one leaves one file')
})

void t.test('every commit is flushed to the disk before it is told', async (sub) => {
  const db = openDatabase(join(sub.testdir(), 'sluice.db'), T0)
  sub.teardown(() => db.close())
  const pragma = (name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]
  sub.equal(pragma('synchronous'), 2, 'FULL')
  sub.equal(pragma('journal_mode'), 'wal')
  sub.equal(pragma('locking_mode'), 'exclusive')
  sub.equal(pragma('foreign_keys'), 1)
})

void t.test('migrations are applied once and recorded', async (sub) => {
  const path = join(sub.testdir(), 'sluice.db')
  const recorded = (at: number) => {
    const db = openDatabase(path, at)
    const rows = db.prepare('SELECT number, name, applied_at FROM schema_migrations ORDER BY number').all()
    db.close()
    return rows.map((row) => ({ ...row }))
  }
  const first = recorded(T0)
  sub.match(first[0], { number: 1, name: '001-start.sql', applied_at: T0 })
  sub.same(recorded(T0 + 1), first)
})

void t.test('a database that newer code has written is refused and not touched', async (sub) => {
  const path = join(sub.testdir(), 'sluice.db')
  await open(path).close()
  const db = new DatabaseSync(path)
  db.exec("INSERT INTO schema_migrations (number, name, applied_at) VALUES (999, '999-later.sql', 0)")
  const rows = (of: DatabaseSync) => of.prepare('SELECT number, name FROM schema_migrations ORDER BY number').all()
  const before = rows(db)
  db.close()
  sub.throws(() => open(path), {
    code: 'store_unavailable',
    message: /sluice\.db: it was written by a newer version \(its schema is 999, this version knows up to \d+\)/
  })
  const after = new DatabaseSync(path)
  sub.teardown(() => after.close())
  sub.same(rows(after), before)
})

void t.test('a path that cannot be a database is refused, with its name', async (sub) => {
  const folder = sub.testdir()
  const directory = join(folder, 'directory.db')
  mkdirSync(directory)
  sub.throws(() => open(directory), { code: 'store_unavailable', message: directory })
  const text = join(folder, 'text.db')
  writeFileSync(text, 'Dear diary, this is no database. '.repeat(100))
  sub.throws(() => open(text), { code: 'store_unavailable', message: text })
  sub.throws(() => open(join(text, 'below.db')), { code: 'store_unavailable', message: text })
})

void t.test('a full disk is told, leaves the former state, and is over when there is room again', async (sub) => {
  const db = openDatabase(join(sub.testdir(), 'sluice.db'), T0)
  const store = storeOver(db, setClock())
  sub.teardown(() => store.close())
  const shift = aShift({ seq: 1 })
  await store.create(shift, [anEvent()], ['route'], { maxOpen: 1, idempotency: null })
  const command = await store.command(shift.id, 'oncall', { verb: 'pause', reason: 'lunch' }, T0)
  const next = { ...shift, version: 2, seq: 2, reason: 'big '.repeat(10_000) }
  const save = () =>
    store.save(next, 1, {
      events: [anEvent({ seq: 2 })],
      consumed: [command.id],
      seen: anObservation(),
      notices: [aNotice()]
    })

  const pages = Number(Object.values(db.prepare('PRAGMA page_count').get() ?? {})[0])
  db.exec(`PRAGMA max_page_count = ${pages}`)
  await sub.rejects(save(), { code: 'store_unavailable', message: /full/ })
  sub.same(await store.load(shift.id), shift)
  sub.same(await store.events(shift.id, 0, 10), [anEvent()])
  sub.same(await store.deeds(shift.id, 0, 10), [])
  sub.same(await store.commands(shift.id), [command])
  sub.same(await store.noticeTargets(), [])
  await store.ping()

  db.exec('PRAGMA max_page_count = 100000')
  sub.equal(await save(), 'saved')
  sub.equal((await store.load(shift.id))?.reason, next.reason)
})

void t.test('a file that may only be read is told, and leaves the former state', async (sub) => {
  const db = openDatabase(join(sub.testdir(), 'sluice.db'), T0)
  const store = storeOver(db, setClock())
  sub.teardown(() => store.close())
  db.exec('PRAGMA query_only = ON')
  const created = store.create(aShift(), [], ['route'], { maxOpen: 1, idempotency: null })
  await sub.rejects(created, { code: 'store_unavailable', message: /readonly/ })
  sub.same(await store.open(), [])
})
