/**
 * Sends an asset in the encoding that the browser likes best, or says that it has it already.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { preferred } from '../accept.ts'
import type { Asset } from './build.ts'

const ENCODINGS = ['br', 'gzip'] as const

/** Only encodings that the browser names: `*` or nothing gets the file as it is. */
function encodingFor(header: string | string[] | undefined): (typeof ENCODINGS)[number] | null {
  const accept = typeof header === 'string' ? header.trim() : ''
  return accept === '' ? null : preferred(accept, ENCODINGS)
}

/** 304 where the browser holds it; the validator is weak, as the bytes differ by encoding. */
export function sendAsset(request: FastifyRequest, reply: FastifyReply, asset: Asset): FastifyReply {
  reply.header('etag', asset.etag)
  const held = request.headers['if-none-match'] ?? ''
  if (held.split(',').some((tag) => tag.trim() === asset.etag)) return reply.code(304).send()
  const encoding = encodingFor(request.headers['accept-encoding'])
  if (encoding !== null) reply.header('content-encoding', encoding)
  const body = asset[encoding ?? 'identity']
  return reply.type(asset.type).send(Buffer.from(body.buffer, body.byteOffset, body.byteLength))
}
