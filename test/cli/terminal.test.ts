/** The terminal of a process: what it is, and whether somebody can be asked. */
import { WriteStream } from 'node:tty'
import { PassThrough } from 'node:stream'
import t from 'tap'
import { confirmOf, hasUnicode, terminalOf } from '../../src/cli/terminal.ts'

/** Looks like a terminal of this size. */
function aStream(columns: number, rows: number): WriteStream {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns, rows })
  return Object.assign(stream, {
    getColorDepth: (env: NodeJS.ProcessEnv) => WriteStream.prototype.getColorDepth(env)
  }) as unknown as WriteStream
}

t.test('no terminal, or one that cannot move its cursor, is none', async (t) => {
  t.equal(terminalOf(new PassThrough() as unknown as WriteStream, {}), null)
  t.equal(terminalOf(aStream(80, 24), { TERM: 'dumb' }), null)
})

t.test('its size is read anew, and one that it does not know is 80 x 24', async (t) => {
  const stream = aStream(100, 30)
  const terminal = terminalOf(stream, { TERM: 'xterm-256color' })
  t.match([terminal?.columns(), terminal?.rows()], [100, 30])
  Object.assign(stream, { columns: 0, rows: 0 })
  t.match([terminal?.columns(), terminal?.rows()], [80, 24])
  let told = 0
  const stop = terminal?.onResize(() => told++)
  stream.emit('resize')
  stop?.()
  stream.emit('resize')
  t.equal(told, 1)
})

t.test('NO_COLOR and FORCE_COLOR decide', async (t) => {
  const colour = (env: NodeJS.ProcessEnv) => terminalOf(aStream(80, 24), env)?.colour
  t.equal(colour({ TERM: 'xterm-256color' }), true)
  t.equal(colour({ TERM: 'xterm-256color', NO_COLOR: '1' }), false)
  t.equal(colour({ TERM: 'xterm-256color', FORCE_COLOR: '0' }), false)
})

t.test('the locale says whether there is Unicode', async (t) => {
  t.equal(hasUnicode({ LANG: 'en_US.UTF-8' }), true)
  t.equal(hasUnicode({ LANG: 'en_US.UTF-8', LC_ALL: 'C' }), false)
  t.equal(hasUnicode({ LANG: '', TERM: 'xterm' }), true)
  t.equal(hasUnicode({ TERM: 'linux' }), false)
})

t.test('nobody is asked where nobody sits', async (t) => {
  t.equal(confirmOf({ isTTY: false }, aStream(80, 24)), null)
  t.equal(confirmOf({ isTTY: true }, new PassThrough() as unknown as WriteStream), null)
  t.type(confirmOf({ isTTY: true }, aStream(80, 24)), 'function')
})
