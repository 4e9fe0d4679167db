import t from 'tap'
import { createSseParser } from '../../src/cli/sse.ts'

t.test('a message with id, event and data', async (t) => {
  const parse = createSseParser()
  t.strictSame(parse('id: 7\nevent: decision\ndata: {"a":1}\n\n'), [{ id: '7', event: 'decision', data: '{"a":1}' }])
})

t.test('the same messages come out wherever the text is cut', async (t) => {
  const text = '\uFEFF: hello\r\nid: 1\r\ndata: one\r\n\r\ndata: two\rdata: lines\r\rid: 3\ndata:three\n\n'
  const want = [
    { id: '1', event: 'message', data: 'one' },
    { id: '1', event: 'message', data: 'two\nlines' },
    { id: '3', event: 'message', data: 'three' }
  ]
  for (let cut = 0; cut <= text.length; cut++) {
    const parse = createSseParser()
    t.strictSame([...parse(text.slice(0, cut)), ...parse(text.slice(cut))], want, `cut at ${cut}`)
  }
  const parse = createSseParser()
  t.strictSame(
    Array.from(text).flatMap((letter) => parse(letter)),
    want,
    'letter by letter'
  )
})

t.test('comments, unknown fields and messages without data are no messages; their id counts', async (t) => {
  const parse = createSseParser()
  t.strictSame(parse(': ping\n\nretry: 10\nnonsense\n\nid: 9\n\n'), [])
  t.strictSame(parse('data\n\n'), [{ id: '9', event: 'message', data: '' }])
})

t.test('an event name lasts for one message only, and half a message is none', async (t) => {
  const parse = createSseParser()
  const all = parse('event: a\ndata: 1\n\ndata: 2\n\ndata: 3\n')
  t.strictSame(
    all.map(({ event, data }) => [event, data]),
    [
      ['a', '1'],
      ['message', '2']
    ]
  )
})
